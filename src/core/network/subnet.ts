import { Refusal } from '../refusal.ts';

/**
 * A repository's number on its server: 2816, 2880, 2944, … It names the repository's daemon (`docker-2816.sock`) and is,
 * read as the last three bytes of an address in 127.0.0.0/8, the base of its subnet.
 */
export type NetworkId = number;

export const FIRST_NETWORK_ID: NetworkId = 2816;
/** Addresses in a subnet, and the distance from one network id to the next. */
export const SUBNET_SIZE = 64;
/** The last subnet below 127.255.255.255. */
export const LAST_NETWORK_ID: NetworkId = 0xffffff + 1 - SUBNET_SIZE;
/**
 * The highest slot: base and broadcast-like last address of a /26 stay unused, and the first is localhost for what has no address of
 * its own.
 */
export const LAST_SLOT = 60;
export const FIRST_SERVICE_OFFSET = 2;

export function isNetworkId(n: number): boolean {
  return (
    Number.isInteger(n) &&
    n >= FIRST_NETWORK_ID &&
    n <= LAST_NETWORK_ID &&
    (n - FIRST_NETWORK_ID) % SUBNET_SIZE === 0
  );
}

/** Reads a network id as a user or an environment variable writes it. */
export function readNetworkId(text: string): NetworkId {
  const n = /^\d{1,8}$/.test(text) ? Number(text) : Number.NaN;
  if (isNetworkId(n)) return n;
  throw new Refusal(
    'network-id-invalid',
    `'${text}' is no network id: they are 2816, 2880, 2944, … in steps of ${SUBNET_SIZE}`,
    'See the ids in use with: ls /var/run/rediacc/docker-*.sock',
  );
}

/** The lowest network id that is not taken. */
export function nextNetworkId(taken: ReadonlySet<NetworkId>): NetworkId {
  for (let id = FIRST_NETWORK_ID; id <= LAST_NETWORK_ID; id += SUBNET_SIZE) {
    if (!taken.has(id)) return id;
  }
  throw new Refusal(
    'network-ids-exhausted',
    'every subnet of 127.0.0.0/8 belongs to a repository',
    'Delete one.',
  );
}

function address(n: number): string {
  return `127.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
}

/** The base of a repository's subnet as a number: 2816 is 0x7f000b00. */
export function subnetBase(id: NetworkId): number {
  return 0x7f000000 + id;
}

/** The repository's subnet in CIDR notation: 2816 is `127.0.11.0/26`. */
export function subnet(id: NetworkId): string {
  return `${address(id)}/26`;
}

/** The address that the service in a slot binds to: slot 0 of 2816 is `127.0.11.2`. */
export function serviceAddress(id: NetworkId, slot: number): string {
  return address(id + FIRST_SERVICE_OFFSET + slot);
}

/** Whether an address is one that a service of the repository can have. */
export function subnetContains(id: NetworkId, ip: string): boolean {
  const bytes = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(ip)?.slice(1).map(Number) ?? [];
  const [a = 256, b = 256, c = 256] = bytes;
  const offset = (a << 16) + (b << 8) + c - id;
  return (
    bytes.every((byte) => byte < 256) &&
    offset >= FIRST_SERVICE_OFFSET &&
    offset <= FIRST_SERVICE_OFFSET + LAST_SLOT
  );
}
