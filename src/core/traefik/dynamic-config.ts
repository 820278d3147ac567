import type { Value } from '../labels/decode.ts';
import { KINDS, PROTOCOLS } from '../labels/sections.ts';
import type { Published, RepositoryRoutes } from '../routes/repository-routes.ts';
import { renderBlock } from './render-yaml.ts';

/** The part of the document that one repository contributes: a block of text for each place in it, such as `http.routers`. */
export type Fragment<T = string> = ReadonlyMap<string, T>;

const TRANSPORTS = 'serversTransports';
/** By section of the document, sorted. */
const PLACES: readonly (readonly [section: string, kinds: readonly string[]])[] = [
  ...PROTOCOLS.map((protocol) => [protocol, [...KINDS, TRANSPORTS].sort()] as const),
  ['tls', ['stores']],
];
const DEPTH = 4;

/** Made once for as long as the repository's routes do not change. Places where it has nothing are left out. */
export function renderFragment({ sections, stores, transports }: RepositoryRoutes): Fragment {
  const blocks: [string, string][] = [['tls.stores', renderBlock(optionsOf(stores), DEPTH)]];
  for (const [protocol, own] of Object.entries(transports))
    blocks.push([`${protocol}.${TRANSPORTS}`, renderBlock(new Map(own), DEPTH)]);
  for (const protocol of PROTOCOLS) {
    for (const kind of KINDS) {
      blocks.push([`${protocol}.${kind}`, renderBlock(optionsOf(sections[protocol][kind]), DEPTH)]);
    }
  }
  return new Map(blocks.filter(([, block]) => block !== ''));
}

function optionsOf(published: ReadonlyMap<string, Published>): Map<string, Value> {
  return new Map([...published].map(([name, { options }]) => [name, options]));
}

/**
 * Traefik's dynamic configuration, in pieces: same fragments, same pieces. Empty sections are left out, since one empty map
 * makes Traefik refuse all of it; without any route it is `{}`, by which Traefik drops what it has.
 *
 * @param fragments in the order of network ids, their blocks as text or in whatever form they are kept
 */
export function assembleDynamicConfig<T>(fragments: readonly Fragment<T>[]): (string | T)[] {
  const sections = PLACES.flatMap(([section, kinds]) => {
    const blocks = kinds.flatMap((kind) => {
      const body = fragments.flatMap((fragment) => fragment.get(`${section}.${kind}`) ?? []);
      return body.length === 0 ? [] : [`  ${kind}:\n`, ...body];
    });
    return blocks.length === 0 ? [] : [`${section}:\n`, ...blocks];
  });
  return sections.length === 0 ? ['{}\n'] : sections;
}
