import type { Options, Value } from '../labels/decode.ts';
import { labelOf } from '../labels/label-of.ts';
import { nearest } from '../labels/nearest.ts';
import { type Problem, problem } from '../labels/problem.ts';
import { KINDS, type Kind, PROTOCOLS, type Protocol } from '../labels/sections.ts';
import type { Merged } from './merge.ts';

type MergedSections = Readonly<Record<Protocol, Readonly<Record<Kind, ReadonlyMap<string, Merged>>>>>;

/** Options that name a service, or middlewares, wherever they stand in a router, service or middleware. */
const REFERENCES: ReadonlyMap<string, 'services' | 'middlewares'> = new Map([
  ['service', 'services'],
  ['middlewares', 'middlewares'],
]);

/** A reference with the name of another thing of the same repository; undefined when it is another provider's. */
export function ownName(reference: string): string | undefined {
  const [, name, provider] = /^(.*?)(?:@([^@]*))?$/s.exec(reference) ?? [];
  return provider === undefined || provider === 'docker' || provider === 'http' ? name : undefined;
}

/** Options with each reference in them as `change` wants it. */
export function mapReferences(options: Options, change: (reference: string) => string): Options {
  const rewrite = (value: Value, key: string): Value => {
    if (typeof value === 'string') return REFERENCES.has(key) ? change(value) : value;
    if (Array.isArray(value)) return value.map((item) => rewrite(item, key));
    if (typeof value !== 'object' || value instanceof Map) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rewrite(item, name)]));
  };
  return rewrite(options, '') as Options;
}

export type Reference = {
  readonly to: 'services' | 'middlewares';
  readonly reference: string;
  /** Of the option, below the thing that it is in: `chain.middlewares`. */
  readonly path: string;
};

/** The references in a router, service or middleware. */
export function referencesIn(options: Options): Reference[] {
  return Object.entries(options).flatMap(([key, value]): Reference[] => {
    const to = REFERENCES.get(key);
    if (to !== undefined) {
      return [value].flat().map((reference) => ({ to, path: key, reference: String(reference) }));
    }
    if (typeof value !== 'object' || Array.isArray(value) || value instanceof Map) return [];
    return referencesIn(value).map((one) => ({ ...one, path: `${key}.${one.path}` }));
  });
}

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
