import * as z from 'zod/mini';
import { type NetworkId, subnetBase } from '../network/subnet.ts';

/** Of `enum kind` in bpf/isolation.bpf.c. */
const TENANT = 1;
const DAEMON = 2;

/** Bytes as bpftool takes them: decimal, lowest first. */
export type Bytes = readonly string[];

function littleEndian(value: bigint, size: number): string[] {
  return Array.from({ length: size }, (_, i) => String((value >> BigInt(8 * i)) & 255n));
}

const word = (value: number): string[] => littleEndian(BigInt(value), 4);

/** A cgroup is known by its inode number. */
export function cgroupKey(inode: bigint): Bytes {
  return littleEndian(inode, 8);
}

/** What a repository's cgroup is: containers without an address of their own, and steps of builds, share the first of the subnet. */
export function repositoryValue(id: NetworkId): Bytes {
  const base = subnetBase(id);
  return [...word(base), ...word(base + 1), ...word(TENANT), ...word(0)];
}

export function daemonValue(id: NetworkId): Bytes {
  return [...word(subnetBase(id)), ...word(0), ...word(DAEMON), ...word(0)];
}

/** A loopback port of the machine that repositories may reach. */
export type LoopbackPort = { readonly address: string; readonly port: number };

function addressAsNumber(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}

export function exceptionKey({ address, port }: LoopbackPort): Bytes {
  return [...word(addressAsNumber(address)), ...word(port)];
}

/** As `bpftool --json map dump` has it: bytes as `0x7f`. */
const dump = z.array(z.looseObject({ key: z.array(z.string()) }));

/** The keys of a map, each as one string of its bytes, to be compared with `keyText`. */
export function readKeys(json: string): string[] {
  return z.parse(dump, JSON.parse(json)).map(({ key }) => keyText(key.map((byte) => String(Number(byte)))));
}

export function keyText(key: Bytes): string {
  return key.join(' ');
}
