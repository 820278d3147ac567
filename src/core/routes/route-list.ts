import { isAutoRoute } from '../labels/auto-route.ts';
import type { Options, Value } from '../labels/decode.ts';
import type { Problem } from '../labels/problem.ts';
import type { Protocol } from '../labels/sections.ts';
import type { Published, RepositoryRoutes } from './repository-routes.ts';

/** A router as operators want to see it: with what it leads to and where it comes from. No secrets: middlewares by name. */
export type RouteListing = {
  readonly name: string;
  /** Empty for UDP, which has none. */
  readonly rule: string;
  /** Empty: Traefik's default entrypoint. */
  readonly entryPoints: readonly string[];
  readonly middlewares: readonly string[];
  /** Absent: without TLS, unless its entrypoint has it. */
  readonly tls?: Value;
  readonly service: string;
  /** URLs (HTTP) or addresses of the servers that the service has in this document. */
  readonly backends: readonly string[];
  readonly networkId: number;
  readonly repository: string;
  readonly containers: readonly string[];
  readonly tier: 'auto' | 'labels';
};

export type RouteList = {
  readonly http: readonly RouteListing[];
  readonly tcp: readonly RouteListing[];
  readonly udp: readonly RouteListing[];
  readonly problems: readonly (Problem & { readonly repository: string })[];
  /** Containers without a route, of which nothing is wrong. */
  readonly unrouted: readonly UnroutedListing[];
};

type UnroutedListing = {
  readonly networkId: number;
  readonly repository: string;
  readonly container: string;
  readonly reason: string;
};

/**
 * What `/routes.json` shows.
 *
 * @param nameOf a repository's name by network id
 */
export function listRoutes(
  repositories: readonly RepositoryRoutes[],
  nameOf: (networkId: number) => string,
): RouteList {
  const list = (protocol: Protocol): RouteListing[] =>
    repositories.flatMap((routes) => listRouters(protocol, routes, nameOf(routes.networkId)));
  return {
    http: list('http'),
    tcp: list('tcp'),
    udp: list('udp'),
    problems: repositories.flatMap(({ networkId, problems }) =>
      problems.map((problem) => ({ ...problem, repository: nameOf(networkId) })),
    ),
    unrouted: repositories.flatMap(({ networkId, unrouted }) =>
      unrouted.map(({ container, reason }) => ({
        networkId,
        repository: nameOf(networkId),
        container: container.name,
        reason,
      })),
    ),
  };
}

function listRouters(
  protocol: Protocol,
  { networkId, sections }: RepositoryRoutes,
  repository: string,
): RouteListing[] {
  const { routers, services } = sections[protocol];
  return [...routers].map(([name, { options, containers }]) => ({
    name,
    rule: String(options['rule'] ?? ''),
    entryPoints: (options['entryPoints'] ?? []) as string[],
    middlewares: (options['middlewares'] ?? []) as string[],
    ...(options['tls'] === undefined ? {} : { tls: options['tls'] }),
    service: String(options['service']),
    backends: backendsOf(services.get(String(options['service']))),
    networkId,
    repository,
    containers: containers.map((container) => container.name),
    tier: isAutoRoute(name) ? 'auto' : 'labels',
  }));
}

function backendsOf(service: Published | undefined): string[] {
  const { servers = [] } = (service?.options['loadBalancer'] ?? {}) as { servers?: Options[] };
  return servers.flatMap(({ url, address }) => (url ?? address ?? []) as string);
}
