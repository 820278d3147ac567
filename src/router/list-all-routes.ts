import { setImmediate as others } from 'node:timers/promises';
import type { NetworkId } from '../core/network/subnet.ts';
import type { RepositoryRoutes } from '../core/routes/repository-routes.ts';
import { listRoutes, type RouteList } from '../core/routes/route-list.ts';
import type { Refresher } from './refresh.ts';

/** Made for who asks, which takes long with many: whatever else happens goes on between two repositories. */
export async function listAllRoutes(
  refresher: Refresher,
  nameOf: (id: NetworkId) => string,
): Promise<RouteList> {
  const all: RepositoryRoutes[] = [];
  for (const routes of refresher.routes()) {
    all.push(routes);
    await others();
  }
  return listRoutes(all, nameOf);
}
