import * as z from 'zod/mini';
import type { FailedOrder } from './ledger.ts';

/** What Traefik's log tells of certificates, and nothing else does. */
export type TraefikEvent =
  | ({ readonly kind: 'failed' } & FailedOrder)
  | { readonly kind: 'renewal-failed'; readonly names: readonly string[]; readonly error: string }
  /** One has come: Traefik's API tells which. */
  | { readonly kind: 'issued' }
  /** Traefik has begun anew, with this resolver. */
  | { readonly kind: 'started'; readonly resolver: string }
  /** Traefik does without a resolver until its next start. */
  | { readonly kind: 'resolver-lost'; readonly resolver: string; readonly error: string };

const shape = z.object({
  message: z.string(),
  lib: z.optional(z.string()),
  error: z.optional(z.unknown()),
  domains: z.optional(z.unknown()),
  providerName: z.optional(z.string()),
  resolver: z.optional(z.string()),
});

/** @param line as Traefik 3.7 logs it in JSON; undefined: it is about something else */
export function readTraefikLog(line: string): TraefikEvent | undefined {
  const read = shape.safeParse(parseJson(line));
  if (!read.success) return undefined;
  const { message, lib, domains, providerName = '', resolver = '' } = read.data;
  const error = typeof read.data.error === 'string' ? read.data.error : '';
  if (message === 'Unable to obtain ACME certificate for domains')
    return {
      kind: 'failed',
      resolver: nameOf(providerName),
      names: readNames(domains),
      error,
    };
  // Of Go's way to print a struct: {example.com [www.example.com]}.
  const [, main, sans = ''] = /^Error renewing ACME certificate: \{(\S+) \[(.*)\]\}/.exec(message) ?? [];
  if (main !== undefined)
    return { kind: 'renewal-failed', names: [main, ...sans.split(' ').filter(Boolean)], error };
  if (lib === 'lego' && message.startsWith('Server responded with a certificate')) return { kind: 'issued' };
  if (message.startsWith('Testing certificate renew'))
    return { kind: 'started', resolver: nameOf(providerName) };
  if (message.startsWith('The ACME resolve is skipped')) return { kind: 'resolver-lost', resolver, error };
  return undefined;
}

/** Of a provider, as `letsencrypt.acme`. */
function nameOf(provider: string): string {
  return provider.replace(/\.acme$/, '');
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function readNames(domains: unknown): string[] {
  return Array.isArray(domains) ? domains.map((one) => String(one).toLowerCase()) : [];
}
