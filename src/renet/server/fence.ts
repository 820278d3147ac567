import { SERVER_FENCE } from '../../core/isolation/fence.ts';
import type { LoopbackPort } from '../../core/isolation/maps.ts';
import type { NetworkId } from '../../core/network/subnet.ts';
import { Refusal } from '../../core/refusal.ts';
import { RUN_DIR } from '../../core/repository/places.ts';
import { readObject } from '../../edges/bpf.ts';
import { ownCgroup } from '../../edges/cgroups.ts';
import { enterRepository } from '../isolation/enter.ts';
import { isRaised, lowerFence, raiseFence } from '../isolation/raise.ts';

/** Held while the programs in the kernel are changed. */
export const ISOLATION_LOCK = `${RUN_DIR}/locks/isolation`;

/** `renet isolation on`: loads what keeps the repositories of this server apart, or what is newer of it. */
export async function raiseServerFence(ports: readonly LoopbackPort[]): Promise<void> {
  await raiseFence(SERVER_FENCE, { object: await readObject(), ports, lock: ISOLATION_LOCK });
}

/**
 * `renet isolation enter`: before a daemon of a repository starts, in whose cgroup this runs.
 *
 * @throws Refusal when nothing keeps repositories apart, so that it does not start
 */
export async function enterServerFence(id: NetworkId): Promise<void> {
  if (!(await isRaised(SERVER_FENCE)))
    throw new Refusal(
      'isolation-unavailable',
      'the kernel does not keep repositories apart, so none is started',
      'See why: systemctl restart rediacc-isolation. Or, for stacks that trust each other: rdc context set-infra NAME --isolation off, and push.',
    );
  await enterRepository(SERVER_FENCE, id, await ownCgroup());
}

export function lowerServerFence(): Promise<void> {
  return lowerFence(SERVER_FENCE, ISOLATION_LOCK);
}
