import { readFile } from 'node:fs/promises';
import { describeProcess, listProcesses, openFiles } from './proc.ts';

/** A socket that waits for TCP connections, as the kernel lists it. */
export type Listener = {
  /** `127.0.0.1`, `0.0.0.0`, `::1`, `::` (IPv6 as 32 hexadecimal digits unless one of the two). */
  readonly address: string;
  readonly port: number;
  readonly inode: string;
};

const LISTEN = '0A';

/** Every listening TCP socket of this network namespace (proc_pid_net(5), `tcp` and `tcp6`). */
export async function listListeners(): Promise<Listener[]> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  return tables.flatMap((table) => table.split('\n').slice(1).flatMap(readRow));
}

function readRow(row: string): Listener[] {
  const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
  const [address, port] = local?.split(':') ?? [];
  if (state !== LISTEN || address === undefined || port === undefined || inode === undefined) return [];
  return [{ address: readAddress(address), port: Number.parseInt(port, 16), inode }];
}

/** The kernel prints each 32-bit word in the byte order of the machine, which is little-endian on x86-64 and arm64. */
function readAddress(hex: string): string {
  if (hex.length === 8) {
    return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.');
  }
  if (/^0{32}$/.test(hex)) return '::';
  return hex === '00000000000000000000000001000000' ? '::1' : hex;
}

/** Whoever already has a port on an address, or on every address, so that nobody else can listen there. */
export async function findPortHolder(address: string, port: number): Promise<string | undefined> {
  const holder = (await listListeners()).find(
    (one) => one.port === port && [address, '0.0.0.0', '::'].includes(one.address),
  );
  return holder && describeHolder(holder);
}

async function describeHolder({ inode, address }: Listener): Promise<string> {
  const wildcard = address === '0.0.0.0' || address === '::' ? ', which listens on all addresses' : '';
  const pid = await findProcess(inode);
  const who = pid === undefined ? 'a process of another user' : await describeProcess(pid);
  return `${who}${wildcard}`;
}

async function findProcess(inode: string): Promise<number | undefined> {
  for (const pid of await listProcesses()) {
    if ((await openFiles(pid)).includes(`socket:[${inode}]`)) return pid;
  }
  return undefined;
}
