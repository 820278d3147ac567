import { readFile } from 'node:fs/promises';
import { describeProcess, listProcesses, openFiles } from './proc.ts';

/** A socket that waits for TCP connections, or UDP datagrams, as the kernel lists it. */
export type Listener = {
  readonly protocol: 'tcp' | 'udp';
  /** `127.0.0.1`, `0.0.0.0`, `::1`, `::`, `2001:db8::1`. */
  readonly address: string;
  readonly port: number;
  readonly inode: string;
};

/** Of include/net/tcp_states.h: TCP_LISTEN, and TCP_CLOSE, which is that of a UDP socket without a peer. */
const WAITING = { tcp: '0A', udp: '07' } as const;

/** Every listening socket of this network namespace (proc_pid_net(5), `tcp`, `tcp6` and their kin). */
export async function listListeners(...protocols: readonly Listener['protocol'][]): Promise<Listener[]> {
  const wanted = protocols.length === 0 ? (['tcp'] as const) : protocols;
  const tables = wanted.flatMap((protocol) =>
    [protocol, `${protocol}6`].map(async (name) => {
      const table = await readFile(`/proc/net/${name}`, 'utf8').catch(() => '');
      return table
        .split('\n')
        .slice(1)
        .flatMap((row) => readRow(row, protocol));
    }),
  );
  return (await Promise.all(tables)).flat();
}

function readRow(row: string, protocol: Listener['protocol']): Listener[] {
  const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
  const [address, port] = local?.split(':') ?? [];
  if (state !== WAITING[protocol] || address === undefined || port === undefined || inode === undefined)
    return [];
  return [{ protocol, address: readAddress(address), port: Number.parseInt(port, 16), inode }];
}

/** The kernel prints each 32-bit word in the byte order of the machine, which is little-endian on x86-64 and arm64. */
function readAddress(hex: string): string {
  const bytes = hex.match(/.{8}/g)?.flatMap((word) => [6, 4, 2, 0].map((at) => word.slice(at, at + 2))) ?? [];
  const ipv4 = bytes.slice(-4).map((byte) => Number.parseInt(byte, 16));
  // An IPv4 address in IPv6 clothes is one (RFC 4291, 2.5.5.2).
  if (bytes.length === 4 || /^(00){10}ffff/i.test(bytes.join(''))) return ipv4.join('.');
  const groups = bytes.join('').match(/.{4}/g)?.join(':');
  return URL.parse(`http://[${groups}]`)?.hostname.slice(1, -1) ?? hex;
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
