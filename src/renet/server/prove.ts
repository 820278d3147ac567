import { setTimeout as sleep } from 'node:timers/promises';
import type { Infra } from '../../core/infra/infra-file.ts';
import { PROXY_UNIT, ROUTER_UNIT } from '../../core/infra/places.ts';
import { Failure } from '../../core/refusal.ts';
import { findFaults, observeServer, type ServerState } from './server-state.ts';

/** How long everything may take to work after a change, in milliseconds. */
const PATIENCE = 20_000;
const LOOK_EVERY = 50;
/** A service that has ended this often since it was told to start will not come up. */
const ENDS = 2;

/**
 * Waits until all works, for as long as there is hope.
 *
 * @throws Failure with what does not
 */
export async function proveServer(infra: Pick<Infra, 'entryPoints'>): Promise<ServerState> {
  const deadline = performance.now() + PATIENCE;
  while (true) {
    const state = await observeServer(infra);
    const faults = findFaults(infra, state);
    if (faults.length === 0) return state;
    const restarts = [PROXY_UNIT, ROUTER_UNIT].map((unit) => state.units.get(unit)?.restarts ?? 0);
    if (performance.now() > deadline || restarts.some((count) => count > ENDS))
      throw new Failure('front-door-broken', faults[0] ?? '', faults.slice(1).join('\n'));
    await sleep(LOOK_EVERY);
  }
}
