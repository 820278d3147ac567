import { mkdir } from 'node:fs/promises';
import {
  daemonsCgroup,
  type Fence,
  inCgroup,
  localFence,
  type RepositoryDirs,
  repositoryCgroup,
  wrapperEnvironment,
} from '../../core/isolation/fence.ts';
import type { LoopbackPort } from '../../core/isolation/maps.ts';
import { PIN_SCRIPT } from '../../core/isolation/pin.ts';
import { REPORT_SCRIPT, RUNC_WRAPPER } from '../../core/isolation/wrapper.ts';
import type { NetworkId } from '../../core/network/subnet.ts';
import { Refusal } from '../../core/refusal.ts';
import { readObject } from '../../edges/bpf.ts';
import { cgroupInode, findCgroups, removeCgroups } from '../../edges/cgroups.ts';
import { digestText, writeWhole } from '../../edges/files.ts';
import { enterRepository } from '../isolation/enter.ts';
import { lowerFence, makeTop, raiseFence } from '../isolation/raise.ts';
import type { PartOptions } from './part.ts';

/** What keeps the repositories of a `renet local` apart. */
export type LocalFence = Fence & {
  /** Where the wrapper of runc lies. */
  readonly folder: string;
  readonly dirs: RepositoryDirs;
};

/**
 * Loads the programs for all that run in this run folder, unless they are there. The last one takes them out of the kernel.
 *
 * @param ports of the machine that repositories may reach
 */
export async function raiseLocalFence(
  { runDir, stateDir }: RepositoryDirs,
  ports: readonly LoopbackPort[],
  stack: AsyncDisposableStack,
): Promise<LocalFence> {
  const cgroups = await findCgroups();
  if (cgroups === undefined)
    throw new Refusal(
      'isolation-unavailable',
      'repositories cannot be kept apart: cgroups of version 2 are not mounted',
      'Mount them: mount -t cgroup2 cgroup2 /sys/fs/cgroup.',
    );
  const folder = `${stateDir}/isolation`;
  await writeWhole(`${folder}/runc`, RUNC_WRAPPER, 0o755);
  await writeWhole(`${folder}/pin`, PIN_SCRIPT, 0o755);
  await writeWhole(`${folder}/report`, REPORT_SCRIPT, 0o755);
  // A run folder may be anywhere.
  const fence = localFence(digestText(runDir).slice(0, 8), cgroups);
  const lock = `${runDir}/locks/isolation`;
  await makeTop(fence);
  stack.defer(async () => {
    const top = `${cgroups}${fence.top}`;
    await removeCgroups(top);
    if ((await cgroupInode(top)) === undefined) await lowerFence(fence, lock);
  });
  await raiseFence(fence, { object: await readObject(), ports, lock });
  return { ...fence, folder, dirs: { runDir, stateDir } };
}

/** Makes the cgroups of a repository, and says to the kernel whose they are. */
export async function enterFence(
  fence: LocalFence,
  id: NetworkId,
  stack: AsyncDisposableStack,
): Promise<void> {
  const daemons = daemonsCgroup(fence, id);
  stack.defer(() => removeCgroups(`${fence.cgroups}${repositoryCgroup(fence, id)}`));
  await mkdir(`${fence.cgroups}${daemons}`, { recursive: true });
  await enterRepository(fence, id, daemons);
}

/** How a daemon of a repository is started: in the cgroup of its daemons, with the wrapper of runc first on its PATH. */
export function fenced(
  fence: LocalFence | undefined,
  id: NetworkId,
  argv: readonly [string, ...string[]],
): Pick<PartOptions, 'argv' | 'environment'> {
  if (fence === undefined) return { argv };
  const path = `${fence.folder}:${process.env['PATH']}`;
  return {
    argv: inCgroup(fence, daemonsCgroup(fence, id), argv),
    environment: { ...process.env, ...wrapperEnvironment(fence, id, fence.dirs), PATH: path },
  };
}
