import { leaseKey, type PortRequest } from '../claims/leases.ts';
import type { Wishes } from '../claims/outcome.ts';
import type { RepositoryRoutes } from './repository-routes.ts';

/** What a repository's routes want for it alone: hosts, entrypoints and public ports. */
export function wishesOf({ networkId, claims, publicPorts }: RepositoryRoutes): Wishes {
  const requests = publicPorts.map(({ protocol, service, target }): [string, PortRequest] => {
    const request = { networkId, protocol, service, target };
    return [leaseKey(request), request];
  });
  return {
    networkId,
    claims: new Set(claims.flatMap(({ keys }) => keys)),
    ports: [...new Map(requests).values()],
  };
}
