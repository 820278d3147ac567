import type { Options } from '../labels/decode.ts';
import { mapReferences, ownName } from '../labels/references.ts';
import type { NetworkId } from '../network/subnet.ts';

/**
 * The name under which a repository's own router, service or middleware is published, so that equal names of two
 * repositories never meet: `web` of 2816 is `web-2816`.
 */
export function privateName(name: string, id: NetworkId): string {
  return `${name}-${id}`;
}

/** The name that the repository's labels have for what is published: the other way round. */
export function labelName(published: string, id: NetworkId): string {
  const ending = privateName('', id);
  return published.endsWith(ending) ? published.slice(0, -ending.length) : published;
}

/**
 * A router, service or middleware as it must stand in the document: `x`, `x@docker` and `x@http` mean the repository's own
 * `x`, and what other providers have (`auth@file`) is theirs.
 */
export function withPrivateReferences(options: Options, id: NetworkId): Options {
  return mapReferences(options, (reference) => {
    const own = ownName(reference);
    return own === undefined ? reference : privateName(own, id);
  });
}
