import { type Fence, repositoryCgroup } from '../../core/isolation/fence.ts';
import { type Bytes, cgroupKey, daemonValue, repositoryValue } from '../../core/isolation/maps.ts';
import type { NetworkId } from '../../core/network/subnet.ts';
import { Failure } from '../../core/refusal.ts';
import { setEntry } from '../../edges/bpf.ts';
import { cgroupInode } from '../../edges/cgroups.ts';
import { mapsOf } from './raise.ts';

/**
 * Says to the kernel which cgroups are a repository's, and its daemons'.
 *
 * @param daemons a cgroup that a daemon is about to run in, as `/rediacc.slice/rediacc-2816.slice/rediacc-docker@2816.service`
 */
export async function enterRepository(fence: Fence, id: NetworkId, daemons: string): Promise<void> {
  await enter(fence, repositoryCgroup(fence, id), repositoryValue(id));
  await enter(fence, daemons, daemonValue(id));
}

async function enter(fence: Fence, cgroup: string, value: Bytes): Promise<void> {
  const inode = await cgroupInode(`${fence.cgroups}${cgroup}`);
  if (inode === undefined) throw new Failure('cgroup-missing', `there is no cgroup ${cgroup}`, '');
  await setEntry(`${mapsOf(fence)}/tenants`, cgroupKey(inode), value);
}
