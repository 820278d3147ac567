import type { Value } from '../labels/decode.ts';
import type { Published, RepositoryRoutes } from '../routes/repository-routes.ts';
import { renderBlock } from './render-yaml.ts';

/** The part of the document that one repository contributes: a block of text for each place in it. */
export type Fragment = Readonly<Record<Place, string>>;

type Place = 'routers' | 'services' | 'middlewares';

const PLACES: readonly Place[] = ['middlewares', 'routers', 'services'];
const DEPTH = 4;

/** Made once for as long as the repository's routes do not change. */
export function renderFragment({ http }: RepositoryRoutes): Fragment {
  return {
    middlewares: renderBlock(optionsOf(http.middlewares), DEPTH),
    routers: renderBlock(optionsOf(http.routers), DEPTH),
    services: renderBlock(optionsOf(http.services), DEPTH),
  };
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
  const sections = PLACES.flatMap((place) => {
    const body = fragments.map((fragment) => fragment[place]).join('');
    return body === '' ? [] : [`  ${place}:\n${body}`];
  });
  return sections.length === 0 ? '{}\n' : `http:\n${sections.join('')}`;
}
