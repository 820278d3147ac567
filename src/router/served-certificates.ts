import * as z from 'zod/mini';
import type { Served } from '../core/certificates/order.ts';
import { type Destination, get } from '../edges/http.ts';

const TIMEOUT = 2_000;

const shape = z.array(
  z.object({
    sans: z.optional(z.nullable(z.array(z.string()))),
    commonName: z.optional(z.string()),
    issuerCN: z.optional(z.string()),
    issuerOrg: z.optional(z.string()),
    serialNumber: z.optional(z.string()),
    notBefore: z.iso.datetime({ offset: true }),
    notAfter: z.iso.datetime({ offset: true }),
  }),
);

/**
 * The certificates that Traefik has, from its API (3.7.0 and later).
 *
 * @throws Error when it does not answer
 */
export async function askServed(api: Destination): Promise<Served[]> {
  const { status, body } = await get(api, '/api/certificates', TIMEOUT);
  if (status !== 200) throw new Error(`Traefik's API answers ${status}`);
  const found = z.parse(shape, JSON.parse(body)).map((one) => ({
    names: (one.sans?.length ? one.sans : [one.commonName ?? '']).map((name) => name.toLowerCase()).sort(),
    issuer: one.issuerOrg || one.issuerCN || 'nobody',
    serial: one.serialNumber ?? '',
    from: Date.parse(one.notBefore),
    until: Date.parse(one.notAfter),
  }));
  return found.sort((a, b) => (a.serial < b.serial ? -1 : 1));
}
