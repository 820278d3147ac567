import { readFile } from 'node:fs/promises';
import { listListeners } from './listeners.ts';
import { describeProcess, listProcesses, openFiles } from './proc.ts';

/** A listening socket, and whose it is. */
export type OwnedListener = {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** `traefik (process 812)`; undefined: a process of another user. */
  readonly holder?: string;
  /** The id of the container whose process has it. */
  readonly container?: string;
};

/** Every listening socket of this network namespace, with who holds it as far as that may be seen. */
export async function listOwnedListeners(): Promise<OwnedListener[]> {
  const [listeners, owners] = await Promise.all([listListeners('tcp', 'udp'), findOwners()]);
  return Promise.all(
    listeners.map(async ({ protocol, address, port, inode }) => {
      const pid = owners.get(`socket:[${inode}]`);
      if (pid === undefined) return { protocol, address, port };
      const [holder, container] = await Promise.all([describeProcess(pid), containerOf(pid)]);
      return { protocol, address, port, holder, ...(container === undefined ? {} : { container }) };
    }),
  );
}

/**
 * Processes by the sockets that they have open. A socket may have several: the last is the one that was started last, as a service is
 * after systemd, which holds its sockets too.
 */
async function findOwners(): Promise<ReadonlyMap<string, number>> {
  const pids = (await listProcesses()).sort((a, b) => a - b);
  const open = await Promise.all(
    pids.map(async (pid) => {
      const files = await openFiles(pid);
      // A helper that systemd forks to close what it holds, for a moment.
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      return name.startsWith('(')
        ? []
        : files.filter((file) => file.startsWith('socket:')).map((file) => [file, pid] as const);
    }),
  );
  return new Map(open.flat());
}

/** Docker names a container's cgroup by its id, which is 64 hexadecimal digits. */
async function containerOf(pid: number): Promise<string | undefined> {
  const cgroup = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  return /[0-9a-f]{64}/.exec(cgroup)?.[0];
}
