import type { Value } from '../labels/decode.ts';
import { KINDS, PROTOCOLS } from '../labels/sections.ts';
import type { Published, RepositoryRoutes } from '../routes/repository-routes.ts';
import { renderBlock } from './render-yaml.ts';

/** The part of the document that one repository contributes: a block of text for each place in it, such as `http.routers`. */
export type Fragment = ReadonlyMap<string, string>;

/** By section of the document, sorted. */
const PLACES: readonly (readonly [section: string, kinds: readonly string[]])[] = [
  ...PROTOCOLS.map((protocol) => [protocol, [...KINDS].sort()] as const),
  ['tls', ['stores']],
];
const DEPTH = 4;

/** Made once for as long as the repository's routes do not change. */
export function renderFragment({ sections, stores }: RepositoryRoutes): Fragment {
  const blocks = new Map([['tls.stores', renderBlock(optionsOf(stores), DEPTH)]]);
  for (const protocol of PROTOCOLS) {
    for (const kind of KINDS) {
      blocks.set(`${protocol}.${kind}`, renderBlock(optionsOf(sections[protocol][kind]), DEPTH));
    }
  }
  return blocks;
}

function optionsOf(published: ReadonlyMap<string, Published>): Map<string, Value> {
  return new Map([...published].map(([name, { options }]) => [name, options]));
}

/**
 * Traefik's dynamic configuration: same fragments, same bytes. Empty sections are left out, since one empty map makes Traefik
 * refuse all of it; without any route it is `{}`, by which Traefik drops what it has.
 *
 * @param fragments in the order of network ids
 */
export function renderDynamicConfig(fragments: readonly Fragment[]): string {
  const sections = PLACES.flatMap(([section, kinds]) => {
    const blocks = kinds.flatMap((kind) => {
      const body = fragments.map((fragment) => fragment.get(`${section}.${kind}`) ?? '').join('');
      return body === '' ? [] : [`  ${kind}:\n${body}`];
    });
    return blocks.length === 0 ? [] : [`${section}:\n${blocks.join('')}`];
  });
  return sections.length === 0 ? '{}\n' : sections.join('');
}
