import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import type { Fence } from '../../core/isolation/fence.ts';
import { cgroupKey, exceptionKey, keyText, type LoopbackPort, readKeys } from '../../core/isolation/maps.ts';
import { Failure } from '../../core/refusal.ts';
import {
  attachedPrograms,
  attachProgram,
  detachProgram,
  dumpMap,
  loadPrograms,
  type Program,
  pinnedPrograms,
  removeEntry,
  setEntry,
} from '../../edges/bpf.ts';
import { cgroupsBelow } from '../../edges/cgroups.ts';
import { listNames } from '../../edges/files.ts';
import { waitForFolder } from '../../edges/lock.ts';

export const mapsOf = ({ pins }: Fence): string => `${pins}/maps`;
const PROGRAMS = 'programs-';
/** The programs of bpf/isolation.bpf.c. */
const HOOKS = [
  ...['sock_create', 'bind4', 'bind6', 'connect4', 'connect6', 'sendmsg4', 'sendmsg6'],
  ...['recvmsg4', 'recvmsg6', 'getpeername4', 'getpeername6', 'ingress'],
];

export type Raising = {
  /** The compiled programs. */
  readonly object: Uint8Array;
  /** Of the machine's own loopback, which repositories may reach. */
  readonly ports: readonly LoopbackPort[];
  /** A folder that is locked meanwhile. */
  readonly lock: string;
};

/**
 * Sees to it that the programs are attached to the cgroup above all repositories, which must be there. Newer ones take the place of
 * older ones without a moment in which none is attached: with both, the answers are the same.
 *
 * @throws Failure when the kernel does not take them; then nothing may run there
 */
export async function raiseFence(fence: Fence, { object, ports, lock }: Raising): Promise<void> {
  await using _ = await waitForFolder(lock, () => {});
  const digest = createHash('sha256').update(object).digest('hex').slice(0, 12);
  const name = `${PROGRAMS}${digest}`;
  const folder = `${fence.pins}/${name}`;
  if ((await listNames(folder)).length === 0) await loadPrograms(object, folder, mapsOf(fence));
  await detachOthers(fence, await attachAll(fence, folder));
  await removeFolders(fence, name);
  await setExceptions(fence, ports);
  await forgetCgroups(fence);
}

const topOf = ({ cgroups, top }: Fence): string => `${cgroups}${top}`;

/** Whether programs are loaded, and all of them attached. */
export async function isRaised(fence: Fence): Promise<boolean> {
  const attached = new Set((await attachedPrograms(topOf(fence))).map(({ id }) => id));
  const folders = (await listNames(fence.pins)).filter((name) => name.startsWith(PROGRAMS));
  const loaded = await Promise.all(folders.map((name) => pinnedPrograms(`${fence.pins}/${name}`)));
  return loaded.some((all) => all.length > 0 && all.every(({ id }) => attached.has(id)));
}

async function attachAll(fence: Fence, folder: string): Promise<readonly Program[]> {
  const top = topOf(fence);
  const programs = await pinnedPrograms(folder);
  const before = new Set((await attachedPrograms(top)).map(({ id }) => id));
  for (const { name, id } of programs) if (!before.has(id)) await attachProgram(top, folder, name);
  const after = new Set((await attachedPrograms(top)).map(({ id }) => id));
  const missing = programs.filter(({ id }) => !after.has(id)).map(({ name }) => name);
  if (missing.length > 0)
    throw new Failure('programs-missing', `the kernel does not have ${missing.join(', ')} at ${top}`, '');
  return programs;
}

/** Also those that are pinned nowhere any more: what they know is old, and both would have to agree. */
async function detachOthers(fence: Fence, current: readonly Program[]): Promise<void> {
  const names = new Set(HOOKS);
  const kept = new Set(current.map(({ id }) => id));
  const others = (await attachedPrograms(topOf(fence))).filter(
    ({ id, name }) => names.has(name) && !kept.has(id),
  );
  for (const one of others) await detachProgram(topOf(fence), one);
}

async function removeFolders(fence: Fence, current: string): Promise<void> {
  const folders = (await listNames(fence.pins)).filter(
    (name) => name.startsWith(PROGRAMS) && name !== current,
  );
  for (const old of folders) await rm(`${fence.pins}/${old}`, { recursive: true });
}

const PRESENT = ['1', '0', '0', '0'];

async function setExceptions(fence: Fence, ports: readonly LoopbackPort[]): Promise<void> {
  const map = `${mapsOf(fence)}/exceptions`;
  const wanted = ports.map(exceptionKey);
  const there = readKeys(await dumpMap(map));
  for (const key of wanted) if (!there.includes(keyText(key))) await setEntry(map, key, PRESENT);
  const kept = new Set(wanted.map(keyText));
  for (const key of there) if (!kept.has(key)) await removeEntry(map, key.split(' '));
}

/** Cgroups of containers whose end nobody has told of: after a crash there may be many. */
async function forgetCgroups(fence: Fence): Promise<void> {
  const map = `${mapsOf(fence)}/tenants`;
  // First: a container that begins meanwhile is not in it.
  const known = readKeys(await dumpMap(map));
  const alive = new Set((await cgroupsBelow(topOf(fence))).map(({ inode }) => keyText(cgroupKey(inode))));
  for (const key of known) if (!alive.has(key)) await removeEntry(map, key.split(' '));
}

/** Takes the programs out of the kernel, with all that they know. Not while repositories run. */
export async function lowerFence(fence: Fence, lock: string): Promise<void> {
  await using _ = await waitForFolder(lock, () => {});
  await detachOthers(fence, []);
  await rm(fence.pins, { recursive: true, force: true });
}

/** Makes the cgroup above all repositories where systemd does not. */
export async function makeTop(fence: Fence): Promise<void> {
  await mkdir(topOf(fence), { recursive: true });
}
