import { KINDS, type Kind, PROTOCOLS, type Protocol, recordOf } from '../labels/sections.ts';
import type { RepositoryRoutes } from './repository-routes.ts';

/** What there is of a repository's routes, without the routes: they are many times as large as the labels that they are made of. */
export type RouteSummary = Pick<RepositoryRoutes, 'networkId' | 'problems' | 'publicPorts'> & {
  /** How many routers, services and middlewares. */
  readonly counts: Readonly<Record<Protocol, Readonly<Record<Kind, number>>>>;
};

export function summarize({ networkId, problems, publicPorts, sections }: RepositoryRoutes): RouteSummary {
  const counts = recordOf(PROTOCOLS, (protocol) => recordOf(KINDS, (kind) => sections[protocol][kind].size));
  return { networkId, problems, publicPorts, counts };
}
