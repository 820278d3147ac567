import type { Options, Value } from './decode.ts';

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

/** Options with each reference in them as `change` wants it; what has none stays the same object. */
export function mapReferences(options: Options, change: (reference: string) => string): Options {
  const rewrite = (value: Value, key: string): Value => {
    if (typeof value === 'string') return REFERENCES.has(key) ? change(value) : value;
    if (Array.isArray(value)) {
      const items = value.map((item: Value) => rewrite(item, key));
      return items.some((item, i) => item !== value[i]) ? items : value;
    }
    if (typeof value !== 'object' || value instanceof Map) return value;
    let changed: Record<string, Value> | undefined;
    for (const [name, item] of Object.entries(value)) {
      const now = rewrite(item, name);
      if (now !== item) changed = { ...(changed ?? value), [name]: now };
    }
    return changed ?? value;
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
