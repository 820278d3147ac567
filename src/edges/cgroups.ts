import { readdir, readFile, rmdir, stat } from 'node:fs/promises';
import { hasCode } from './files.ts';

/** Where cgroups of version 2 are mounted (cgroups(7)); undefined: nowhere. */
export async function findCgroups(): Promise<string | undefined> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.find((line) => / - cgroup2 /.test(line))?.split(' ')[4];
}

/** The cgroup that this process is in, as `/system.slice/ssh.service`. */
export async function ownCgroup(): Promise<string> {
  const text = await readFile('/proc/self/cgroup', 'utf8');
  // systemd runs what prepares a service with cgroups of its own a level below (systemd.resource-control(5), Delegate=).
  return /^0::(.*?)(\/\.control)?$/m.exec(text)?.[1] ?? '/';
}

/** A cgroup, by the path of its folder; the inode number is what the kernel's programs know it by. */
export type Cgroup = { readonly folder: string; readonly inode: bigint };

export async function cgroupInode(folder: string): Promise<bigint | undefined> {
  try {
    return (await stat(folder, { bigint: true })).ino;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENODEV')) return undefined;
    throw error;
  }
}

/** A cgroup and all below it, deepest first. Those that go meanwhile are left out. */
export async function cgroupsBelow(folder: string): Promise<Cgroup[]> {
  const inode = await cgroupInode(folder);
  if (inode === undefined) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => cgroupsBelow(`${folder}/${name}`));
  return [...(await Promise.all(below)).flat(), { folder, inode }];
}

/** Removes a cgroup and all below it; those with processes stay, and so does what is above them. */
export async function removeCgroups(folder: string): Promise<void> {
  for (const one of await cgroupsBelow(folder)) {
    await rmdir(one.folder).catch((error) => {
      if (!hasCode(error, 'EBUSY', 'ENOENT', 'ENOTEMPTY')) throw error;
    });
  }
}
