import { PATIENCE } from './cause.ts';
import { explainError } from './explain.ts';
import { type Order, orderKey, type Served } from './order.ts';

/** All times are in milliseconds since 1970. */
export type Failure = {
  readonly at: number;
  /** As Traefik logged it. */
  readonly error: string;
  /** How often in a row. */
  readonly count: number;
  readonly nextAt: number;
};

export type OrderState = {
  readonly order: Order;
  /** Traefik has been told to order it, and has said nothing of it yet. */
  readonly orderedAt?: number;
  readonly failure?: Failure;
  /** When the certificate authority looked in vain, within the last hour. */
  readonly checks?: readonly number[];
};

export type ResolverState = {
  /** Orders of the last hours. */
  readonly sent: readonly number[];
  /** What keeps all of its orders waiting. */
  readonly pause?: Failure;
};

/** What is known of certificates that are wanted and not there, and of those that are. */
export type CertificateLedger = {
  readonly orders: ReadonlyMap<string, OrderState>;
  readonly resolvers: ReadonlyMap<string, ResolverState>;
  readonly served: readonly Served[];
  /** By names, sorted and with spaces: renewals that failed. Traefik tries those again by itself. */
  readonly renewals: ReadonlyMap<string, FailedRenewal>;
  /** What Traefik has logged until then is known. */
  readonly readUntil?: number;
};

export type FailedRenewal = Pick<Failure, 'at' | 'error' | 'count'>;

export const EMPTY_LEDGER: CertificateLedger = {
  orders: new Map(),
  resolvers: new Map(),
  served: [],
  renewals: new Map(),
};

const HOUR = 3_600_000;

export type FailedOrder = Order & { readonly error: string };

/** Takes note of an order that failed. Names that nobody has asked for are nothing to us. */
export function noteFailure(ledger: CertificateLedger, failed: FailedOrder, now: number): CertificateLedger {
  const { resolver, names, error } = failed;
  const { cause } = explainError(error);
  const isMeant = ({ order }: OrderState): boolean =>
    order.resolver === resolver && names.every((name) => order.names.includes(name));
  const meant = [...ledger.orders.values()].filter(isMeant);
  if (meant.length === 0) return ledger;
  const { sent = [], pause: before } = ledger.resolvers.get(resolver) ?? {};
  const pause = cause.isForAll ? pauseAfter(error, before, now) : stillPaused(before, meant);
  const orders = new Map(ledger.orders);
  for (const { order, failure, checks = [] } of meant) {
    const recent = checks.filter((at) => at > now - HOUR);
    orders.set(orderKey(order), {
      order,
      failure: {
        ...failureOf(error, failure, now),
        ...(cause.isForAll && pause ? { nextAt: pause.nextAt } : {}),
      },
      checks: cause.patience === 'checked' ? [...recent, now] : recent,
    });
  }
  const state = { sent, ...(pause === undefined ? {} : { pause }) };
  return { ...ledger, orders, resolvers: new Map(ledger.resolvers).set(resolver, state) };
}

/** Takes note of a Traefik that does without a resolver: nothing of it will come, whatever is asked for. */
export function noteResolverLost(
  ledger: CertificateLedger,
  { resolver, error }: Pick<FailedOrder, 'resolver' | 'error'>,
  now: number,
): CertificateLedger {
  const { sent = [], pause } = ledger.resolvers.get(resolver) ?? {};
  const state = { sent, pause: pauseAfter(error, pause, now) };
  const orders = [...ledger.orders].map(([key, one]) =>
    one.order.resolver === resolver ? ([key, withoutAttempt(one)] as const) : ([key, one] as const),
  );
  return { ...ledger, orders: new Map(orders), resolvers: new Map(ledger.resolvers).set(resolver, state) };
}

/** A resolver that Traefik has started with has a storage that it takes. */
export function noteResolverStarted(ledger: CertificateLedger, resolver: string): CertificateLedger {
  const { sent = [], pause } = ledger.resolvers.get(resolver) ?? {};
  if (pause === undefined || !explainError(pause.error).cause.code.startsWith('storage-')) return ledger;
  return { ...ledger, resolvers: new Map(ledger.resolvers).set(resolver, { sent }) };
}

function withoutAttempt({ orderedAt: _, ...rest }: OrderState): OrderState {
  return rest;
}

export const renewalKey = (names: readonly string[]): string => [...names].sort().join(' ');

export function noteFailedRenewal(
  ledger: CertificateLedger,
  { names, error }: Pick<FailedOrder, 'names' | 'error'>,
  now: number,
): CertificateLedger {
  const key = renewalKey(names);
  const count = (ledger.renewals.get(key)?.count ?? 0) + 1;
  return { ...ledger, renewals: new Map(ledger.renewals).set(key, { at: now, error, count }) };
}

/** What Traefik has now. A renewal that failed is forgotten when there is a certificate that was made later. */
export function noteServed(ledger: CertificateLedger, served: readonly Served[]): CertificateLedger {
  const isOpen = ([key, { at }]: [string, FailedRenewal]): boolean =>
    served.some(({ names, from }) => renewalKey(names) === key && from < at);
  return { ...ledger, served, renewals: new Map([...ledger.renewals].filter(isOpen)) };
}

/** Orders that were out at the same time fail for the same reason: that is one failure. */
function pauseAfter(error: string, before: Failure | undefined, now: number): Failure {
  const isSame = before !== undefined && now < before.nextAt && before.error === error;
  return isSame ? before : failureOf(error, before, now);
}

/** What all waited for is over when one that was let out since then has failed for a reason of its own. */
function stillPaused(before: Failure | undefined, failed: readonly OrderState[]): Failure | undefined {
  const at = before?.at ?? 0;
  return failed.some(({ orderedAt = 0 }) => orderedAt > at) ? undefined : before;
}

/** @param error empty: nothing has been heard of it */
export function failureOf(error: string, before: Failure | undefined, now: number): Failure {
  const count = (before?.count ?? 0) + 1;
  return { at: now, error, count, nextAt: nextAttempt(error, count, now) };
}

function nextAttempt(error: string, count: number, now: number): number {
  const waits = PATIENCE[explainError(error).cause.patience];
  const wait = now + (waits[Math.min(count, waits.length) - 1] ?? HOUR);
  return Math.max(wait, retryAfter(error) ?? 0);
}

/** When Let's Encrypt says that a limit is over (letsencrypt.org/docs/rate-limits). */
function retryAfter(error: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /retry after (\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(error) ?? [];
  if (year === undefined) return undefined;
  const days = daysSince1970(Number(year), Number(month), Number(day));
  return ((days * 24 + Number(hour)) * 60 + Number(minute)) * 60_000 + Number(second) * 1000;
}

/** Of a date of the Gregorian calendar, which repeats itself after 400 years; years begin in March here. */
function daysSince1970(year: number, month: number, day: number): number {
  const [from, index] = month > 2 ? [year, month - 3] : [year - 1, month + 9];
  const leaps = Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400);
  return from * 365 + leaps + Math.floor((153 * index + 2) / 5) + day - 719_469;
}
