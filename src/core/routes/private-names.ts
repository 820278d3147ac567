import type { Options, Value } from '../labels/decode.ts';
import type { NetworkId } from '../network/subnet.ts';

/**
 * The name under which a repository's own router, service or middleware is published, so that equal names of two
 * repositories never meet: `web` of 2816 is `web-2816`.
 */
export function privateName(name: string, id: NetworkId): string {
  return `${name}-${id}`;
}

/**
 * A reference as it must stand in the document. `x`, `x@docker` and `x@http` mean the repository's own `x`; what other
 * providers have (`auth@file`) is theirs.
 */
export function privateReference(reference: string, id: NetworkId): string {
  const [, name, provider] = /^(.*?)(?:@([^@]*))?$/s.exec(reference) ?? [];
  const own = provider === undefined || provider === 'docker' || provider === 'http';
  return own && name !== undefined ? privateName(name, id) : reference;
}

/** A router, service or middleware with its references rewritten. */
export function withPrivateReferences(options: Options, id: NetworkId): Options {
  return rewrite(options, '', id) as Options;
}

/** Options that hold the name of a service, or names of middlewares, wherever they stand. */
const REFERENCES = new Set(['service', 'middlewares']);

function rewrite(value: Value, key: string, id: NetworkId): Value {
  if (typeof value === 'string') return REFERENCES.has(key) ? privateReference(value, id) : value;
  if (Array.isArray(value)) return value.map((item) => rewrite(item, key, id));
  if (typeof value !== 'object' || value instanceof Map) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rewrite(item, name, id)]));
}
