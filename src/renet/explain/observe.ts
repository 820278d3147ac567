import type { Seen } from '../../core/explain/seen.ts';
import type { FrontDoor } from '../../core/infra/front-door.ts';
import { listOwnedListeners } from '../../edges/socket-owners.ts';
import { lookAtRouter } from '../look-at-router.ts';
import { lookAtRepositories } from './repositories.ts';

/** Everything that is looked at before it is known what the question is about. */
export async function observe(runDir: string, door: FrontDoor): Promise<Seen> {
  const [router, repositories, listeners] = await Promise.all([
    lookAtRouter(door),
    lookAtRepositories(runDir, door.isServer),
    listOwnedListeners(),
  ]);
  return { door, router, repositories, listeners };
}
