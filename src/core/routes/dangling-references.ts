import type { Options } from '../labels/decode.ts';
import { labelOf } from '../labels/label-of.ts';
import { type Problem, problem } from '../labels/problem.ts';
import { ownName, type Reference, referencesIn } from '../labels/references.ts';
import { KINDS, type Kind, PROTOCOLS, type Protocol } from '../labels/sections.ts';
import { nearest } from '../nearest.ts';
import type { Merged, MergedSections } from './merge.ts';

/** A router, service or middleware that names something. */
type Naming = {
  readonly protocol: Protocol;
  readonly kind: Kind;
  readonly name: string;
  readonly merged: Merged;
};

/** Traefik switches off what leads to a thing that is not there. */
export function danglingReferences(sections: MergedSections): Problem[] {
  return PROTOCOLS.flatMap((protocol) =>
    KINDS.flatMap((kind) =>
      [...sections[protocol][kind]].flatMap(([name, merged]) => {
        const naming: Naming = { protocol, kind, name, merged };
        const own = referencesIn(merged.options).flatMap((reference) =>
          danglingOwn(naming, reference, sections[protocol][reference.to]),
        );
        return [...own, ...danglingOperators(naming)];
      }),
    ),
  );
}

function danglingOwn(
  naming: Naming,
  { to, reference, path }: Reference,
  known: ReadonlyMap<string, Merged>,
): Problem[] {
  const own = ownName(reference);
  if (own === undefined || known.has(own)) return [];
  const meant = nearest(own, [...known.keys()]);
  return unknown(naming, path, {
    part: { wrong: own, ...(meant === undefined ? {} : { meant }) },
    reason: `the ${to.slice(0, -1)} '${own}', which no container of the repository has`,
    fix:
      meant === undefined
        ? `Correct the name, or define it: traefik.${naming.protocol}.${to}.${own}.…`
        : `Did you mean '${meant}'?`,
  });
}

/** What labels can name but not define. */
function danglingOperators(naming: Naming): Problem[] {
  const { options } = naming.merged;
  const transport = (options['loadBalancer'] as Options | undefined)?.['serversTransport'];
  const tls = (options['tls'] as Options | undefined)?.['options'];
  const found = [
    { path: 'loadbalancer.serverstransport', what: 'servers transport', reference: transport },
    { path: 'tls.options', what: 'TLS options', reference: tls === 'default' ? undefined : tls },
  ];
  return found.flatMap(({ path, what, reference }) => {
    const own = typeof reference === 'string' && reference !== '' ? ownName(reference) : undefined;
    if (own === undefined) return [];
    return unknown(naming, path, {
      part: { wrong: own },
      reason: `the ${what} '${own}', which labels cannot define`,
      fix: `Name what the machine's operator has defined, as in ${own}@file.`,
    });
  });
}

function unknown(
  { protocol, kind, name, merged }: Naming,
  path: string,
  told: Pick<Problem, 'reason' | 'fix' | 'part'>,
): Problem[] {
  return merged.containers.slice(0, 1).map((container) =>
    problem(container, 'reference-unknown', {
      ...told,
      label: labelOf(container, `${protocol}.${kind}.${name}.${path}`).label,
      reason: `the ${kind.slice(0, -1)} '${name}' names ${told.reason}`,
    }),
  );
}
