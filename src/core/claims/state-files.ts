import * as z from 'zod/mini';
import type { NetworkId } from '../network/subnet.ts';
import type { Lease } from './leases.ts';
import type { Claim, Ledger } from './ledger.ts';

/**
 * What the route server keeps in its state folder: `claims.json` and `ports.json` are its own, `decisions.json` is written by
 * `renet repo` and `renet host release`, and only read by it. Times are ISO 8601, for whoever looks at them.
 */
export const CLAIMS_FILE = 'claims.json';
export const PORTS_FILE = 'ports.json';
export const DECISIONS_FILE = 'decisions.json';

const time = z.iso.datetime();
const claim = z.object({ networkId: z.number(), since: time, goneSince: z.optional(time) });
const claimsFile = z.object({ claims: z.record(z.string(), z.array(claim)) });
const lease = z.object({
  protocol: z.enum(['tcp', 'udp']),
  port: z.number(),
  networkId: z.number(),
  service: z.string(),
  target: z.number(),
  since: time,
  goneSince: z.optional(time),
});
const leasesFile = z.object({ leases: z.array(lease) });
const decisionsFile = z.object({
  trusted: z.array(z.number()),
  released: z.record(z.string(), time),
  deleted: z.optional(z.record(z.string(), time)),
  retried: z.optional(z.record(z.string(), time)),
});

/** What the operator has decided. */
export type Decisions = {
  /** Repositories whose labels mean exactly what they mean to Traefik. */
  readonly trusted: ReadonlySet<NetworkId>;
  /** When a claim was taken from whoever had it, in milliseconds since 1970. */
  readonly released: ReadonlyMap<string, number>;
  /** When repositories were deleted: what they had until then is free. */
  readonly deleted: ReadonlyMap<NetworkId, number>;
  /** When another attempt at a certificate was asked for, by host; `*`: at all of them. */
  readonly retried: ReadonlyMap<string, number>;
};

export const NO_DECISIONS: Decisions = {
  trusted: new Set(),
  released: new Map(),
  deleted: new Map(),
  retried: new Map(),
};

/** Times as text, whatever else there is left as it is. */
type Times = { readonly since: number; readonly goneSince?: number };
type TimesAsText<T> = Omit<T, keyof Times> & { since: string; goneSince?: string | undefined };

export type TimeText = {
  readonly write: (milliseconds: number) => string;
  readonly read: (text: string) => number;
};

/** @throws Error for a file that we did not write */
export function readClaims(text: string, times: TimeText): Ledger {
  const { claims } = z.parse(claimsFile, JSON.parse(text));
  return new Map(Object.entries(claims).map(([key, all]) => [key, all.map((one) => fromText(one, times))]));
}

/**
 * A line for each key, in pieces: there may be ten thousand, and what waits meanwhile goes on between two pieces. A ledger that
 * changes meanwhile is written again, so that a mixture does not stay.
 */
export function* writeClaims(ledger: Ledger, times: TimeText): Generator<string> {
  let lines: string[] = [];
  yield '{"claims": {\n';
  for (const [key, claims] of ledger) {
    if (lines.length === LINES) {
      yield `${lines.join(',\n')},\n`;
      lines = [];
    }
    lines.push(`${JSON.stringify(key)}: ${JSON.stringify(claims.map((one) => toText<Claim>(one, times)))}`);
  }
  yield `${lines.join(',\n')}\n}}\n`;
}

/** In a piece. */
const LINES = 250;

/** @throws Error for a file that we did not write */
export function readLeases(text: string, times: TimeText): Lease[] {
  return z.parse(leasesFile, JSON.parse(text)).leases.map((one) => fromText(one, times));
}

export function writeLeases(leases: readonly Lease[], times: TimeText): string {
  return file({ leases: leases.map((one) => toText<Lease>(one, times)) });
}

/** @throws Error for a file that we did not write */
export function readDecisions(text: string, times: TimeText): Decisions {
  const { trusted, released, deleted = {}, retried = {} } = z.parse(decisionsFile, JSON.parse(text));
  return {
    trusted: new Set(trusted),
    released: new Map(Object.entries(released).map(([key, at]) => [key, times.read(at)])),
    deleted: new Map(Object.entries(deleted).map(([id, at]) => [Number(id), times.read(at)])),
    retried: new Map(Object.entries(retried).map(([name, at]) => [name, times.read(at)])),
  };
}

export function writeDecisions({ trusted, released, deleted, retried }: Decisions, times: TimeText): string {
  return file({
    trusted: [...trusted].sort((a, b) => a - b),
    released: Object.fromEntries([...released].map(([key, at]) => [key, times.write(at)])),
    deleted: Object.fromEntries([...deleted].map(([id, at]) => [id, times.write(at)])),
    retried: Object.fromEntries([...retried].map(([name, at]) => [name, times.write(at)])),
  });
}

function file(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function toText<T extends Times>({ since, goneSince, ...rest }: T, { write }: TimeText): TimesAsText<T> {
  return {
    ...rest,
    since: write(since),
    ...(goneSince === undefined ? {} : { goneSince: write(goneSince) }),
  };
}

function fromText<T extends { since: string; goneSince?: string | undefined }>(
  { since, goneSince, ...rest }: T,
  { read }: TimeText,
): Omit<T, keyof Times> & Times {
  return { ...rest, since: read(since), ...(goneSince === undefined ? {} : { goneSince: read(goneSince) }) };
}
