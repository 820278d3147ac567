import * as z from 'zod/mini';
import { Refusal } from '../refusal.ts';

/** A certificate as Traefik keeps it (pkg/provider/acme/local_store.go): PEM in base64. Other fields are passed on. */
export type StoredCertificate = {
  readonly domain: { readonly main: string; readonly sans?: readonly string[] | null | undefined };
  readonly certificate: string;
  readonly key: string;
};

/** Traefik's file of certificates, by resolver. */
export type Storage = Readonly<Record<string, StoredResolver>>;

export type StoredResolver = {
  /** At the ACME server. Null: Traefik makes one. */
  readonly Account?: unknown;
  readonly Certificates?: readonly StoredCertificate[] | null | undefined;
};

const storageShape = z.record(
  z.string(),
  z.looseObject({
    Account: z.optional(z.unknown()),
    Certificates: z.optional(
      z.nullable(
        z.array(
          z.looseObject({
            domain: z.looseObject({ main: z.string(), sans: z.optional(z.nullable(z.array(z.string()))) }),
            certificate: z.string(),
            key: z.string(),
          }),
        ),
      ),
    ),
  }),
);

/**
 * Reads Traefik's file, of this server or of another Traefik. An empty one is one without certificates.
 *
 * @throws Error for what is none
 */
export function readStorage(text: string): Storage {
  return text.trim() === '' ? {} : z.parse(storageShape, JSON.parse(text));
}

export function writeStorage(storage: Storage): string {
  return `${JSON.stringify(storage, null, 2)}\n`;
}

/** What may leave the server: certificates with their keys, and no account. */
export function withoutAccounts(storage: Storage): Storage {
  const kept = Object.entries(storage).map(([name, one]) => [name, { ...one, Account: null }] as const);
  return Object.fromEntries(kept);
}

/** What a certificate says of itself. */
export type CheckedCertificate = {
  readonly names: readonly string[];
  /** In milliseconds since 1970. */
  readonly until: number;
  /** The key beside it is its own. */
  readonly hasKey: boolean;
};

export type MergeOptions = {
  /** Resolvers of this server, the best first: those of others are taken for it. */
  readonly resolvers: readonly string[];
  readonly now: number;
  /** @throws Error for what is no certificate */
  readonly check: (certificate: StoredCertificate) => CheckedCertificate;
};

export type Merged = {
  readonly storage: Storage;
  /** A line for each certificate that was brought: what has become of it. */
  readonly said: readonly string[];
  readonly hasChanges: boolean;
};

/**
 * A server's certificates, and those of another that are good for longer. Nothing is taken of a file in which one is not what it says.
 *
 * @throws Refusal for such a file
 */
export function mergeStorages(own: Storage, brought: Storage, options: MergeOptions): Merged {
  const { resolvers, now, check } = options;
  const [best] = resolvers;
  if (best === undefined)
    throw new Refusal(
      'resolver-missing',
      'this server makes no certificates, so nobody would renew them',
      'Set --cert-email and push first.',
    );
  const said: string[] = [];
  let storage = own;
  let hasChanges = false;
  for (const [resolver, { Certificates }] of Object.entries(brought)) {
    for (const one of Certificates ?? []) {
      const names = namesOf(one);
      const { until } = checked(one, check);
      const place = resolvers.includes(resolver) ? resolver : best;
      const there = (storage[place]?.Certificates ?? []).find((other) => namesOf(other) === names);
      const known = there === undefined ? 0 : (attempt(() => check(there))?.until ?? 0);
      const isBetter = until > now && until > known;
      said.push(`${names}: ${describe(until, known, now)}`);
      if (!isBetter) continue;
      storage = withCertificate(storage, place, one);
      hasChanges = true;
    }
  }
  return { storage, said, hasChanges };
}

function describe(until: number, known: number, now: number): string {
  if (until <= now) return 'not taken: it has ended';
  if (until <= known) return 'not taken: what is there is good for as long';
  return known === 0 ? 'taken' : 'taken, instead of one that ends earlier';
}

function checked(one: StoredCertificate, check: MergeOptions['check']): CheckedCertificate {
  const found = attempt(() => check(one));
  const names = [one.domain.main, ...(one.domain.sans ?? [])];
  const reason =
    found === undefined
      ? 'is no certificate with its key'
      : !found.hasKey
        ? 'has the key of another'
        : names.some((name) => !found.names.includes(name.toLowerCase()))
          ? `is one for ${found.names.join(', ')}`
          : undefined;
  if (found !== undefined && reason === undefined) return found;
  throw new Refusal(
    'certificates-damaged',
    `what the file calls the certificate of ${names.join(', ')} ${reason}`,
    'Export it again. Nothing was changed.',
  );
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function namesOf({ domain: { main, sans } }: StoredCertificate): string {
  return [main, ...(sans ?? [])]
    .map((name) => name.toLowerCase())
    .sort()
    .join(', ');
}

function withCertificate(storage: Storage, resolver: string, one: StoredCertificate): Storage {
  const { Certificates, ...rest } = storage[resolver] ?? { Account: null };
  const others = (Certificates ?? []).filter((other) => namesOf(other) !== namesOf(one));
  return { ...storage, [resolver]: { ...rest, Certificates: [...others, one] } };
}
