import * as z from 'zod/mini';
import type { NetworkId } from '../network/subnet.ts';

/** What the kernel has refused to containers of a repository since the programs were loaded. */
export type Refusals = {
  readonly networkId: NetworkId;
  /** connect(2), and sendto(2) without it. */
  readonly connections: number;
  /** bind(2). */
  readonly listeners: number;
  /** Of other kinds than TCP, UDP and ping. */
  readonly sockets: number;
  /** To listeners that have no address of their own. */
  readonly packets: number;
  /** Of the last connection, as in `127.0.11.66:5432`. */
  readonly lastTarget?: string;
  /** When that was, in milliseconds since boot. */
  readonly lastAt?: number;
};

/** Whether repositories are kept apart. */
export type Isolation =
  | { readonly state: 'off' }
  | { readonly state: 'on'; readonly refusals: readonly Refusals[] }
  /** They are to be, and are not. */
  | { readonly state: 'open'; readonly refusals: readonly Refusals[]; readonly reason: string }
  /** Nobody knows. */
  | { readonly state: 'unknown'; readonly reason: string };

const dump = z.array(
  z.looseObject({
    formatted: z.object({
      key: z.number(),
      value: z.looseObject({
        connections: z.number(),
        listeners: z.number(),
        sockets: z.number(),
        packets: z.number(),
        at: z.number(),
        ip: z.number(),
        port: z.number(),
      }),
    }),
  }),
);

/**
 * Reads what the report script prints: what a probe among the repositories has found.
 *
 * @throws Error when it is not whole
 */
export function readReport(text: string): Isolation {
  const [, word, json = ''] = /^(open|closed)\n(.*)$/s.exec(text) ?? [];
  if (word === undefined) throw new Error(`the probe said '${text.trim()}'`);
  const refusals = readRefusals(JSON.parse(json));
  if (word === 'closed') return { state: 'on', refusals };
  return {
    state: 'open',
    refusals,
    reason: 'a process among the repositories reaches ports of this machine',
  };
}

function readRefusals(json: unknown): Refusals[] {
  return (
    z
      .parse(dump, json)
      .map(({ formatted }) => formatted)
      // The probe itself is of no repository.
      .filter(({ key }) => key !== 0)
      .map(({ key, value: { connections, listeners, sockets, packets, at, ip, port } }) => ({
        ...{ networkId: key & 0xffffff, connections, listeners, sockets, packets },
        ...(at === 0 ? {} : { lastTarget: `${addressText(ip)}:${port}`, lastAt: Math.round(at / 1e6) }),
      }))
      .sort((a, b) => a.networkId - b.networkId)
  );
}

function addressText(ip: number): string {
  return [24, 16, 8, 0].map((shift) => (ip >>> shift) & 255).join('.');
}
