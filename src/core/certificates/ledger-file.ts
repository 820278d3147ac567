import * as z from 'zod/mini';
import type { CertificateLedger } from './ledger.ts';

/** The ledger in the state folder. Times are in milliseconds since 1970: `renet cert list` is for people. */
export const CERTIFICATES_FILE = 'certificates.json';

const time = z.number();
const order = z.object({ resolver: z.string(), names: z.array(z.string()) });
const failure = z.object({ at: time, error: z.string(), count: z.number(), nextAt: time });
const ledgerFile = z.object({
  orders: z.record(
    z.string(),
    z.object({
      order,
      orderedAt: z.exactOptional(time),
      failure: z.exactOptional(failure),
      checks: z.exactOptional(z.array(time)),
    }),
  ),
  resolvers: z.record(z.string(), z.object({ sent: z.array(time), pause: z.exactOptional(failure) })),
  served: z.array(
    z.object({
      names: z.array(z.string()),
      issuer: z.string(),
      serial: z.string(),
      from: time,
      until: time,
    }),
  ),
  renewals: z.record(z.string(), z.object({ at: time, error: z.string(), count: z.number() })),
  readUntil: z.exactOptional(time),
});

/** @throws Error for a file that we did not write */
export function readCertificateLedger(text: string): CertificateLedger {
  const { orders, resolvers, renewals, ...rest } = z.parse(ledgerFile, JSON.parse(text));
  return { orders: mapOf(orders), resolvers: mapOf(resolvers), renewals: mapOf(renewals), ...rest };
}

export function writeCertificateLedger(ledger: CertificateLedger): string {
  const shown = (_: string, value: unknown): unknown =>
    value instanceof Map ? Object.fromEntries(value) : value;
  return `${JSON.stringify(ledger, shown, 2)}\n`;
}

function mapOf<T>(record: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(record));
}
