import { labelOf } from '../labels/label-of.ts';
import { nearest } from '../labels/nearest.ts';
import { type Problem, problem } from '../labels/problem.ts';
import { ownName, referencesIn } from '../labels/references.ts';
import { KINDS, type Kind, PROTOCOLS, type Protocol } from '../labels/sections.ts';
import type { Merged } from './merge.ts';

type MergedSections = Readonly<Record<Protocol, Readonly<Record<Kind, ReadonlyMap<string, Merged>>>>>;

/** Traefik switches off what leads to a thing that is not there. */
export function danglingReferences(sections: MergedSections): Problem[] {
  return PROTOCOLS.flatMap((protocol) =>
    KINDS.flatMap((kind) =>
      [...sections[protocol][kind]].flatMap(([name, { options, containers }]) =>
        referencesIn(options).flatMap(({ to, reference, path }) => {
          const own = ownName(reference);
          const [container] = containers;
          const known = sections[protocol][to];
          if (container === undefined || own === undefined || known.has(own)) return [];
          const meant = nearest(own, [...known.keys()]);
          return problem(container, 'reference-unknown', {
            label: labelOf(container, `${protocol}.${kind}.${name}.${path}`).label,
            reason: `the ${kind.slice(0, -1)} '${name}' names the ${to.slice(0, -1)} '${own}', which no container of the repository has`,
            fix:
              meant === undefined
                ? `Correct the name, or define it: traefik.${protocol}.${to}.${own}.…`
                : `Did you mean '${meant}'?`,
          });
        }),
      ),
    ),
  );
}
