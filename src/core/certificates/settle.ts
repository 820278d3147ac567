import { explainError } from './explain.ts';
import {
  type CertificateLedger,
  type Failure,
  failureOf,
  type OrderState,
  type ResolverState,
} from './ledger.ts';
import { indexServed, isServed, type Orders, type ServedNames } from './order.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What Let's Encrypt allows (letsencrypt.org/docs/rate-limits), with room for what others do with the account. */
const ORDERS = { most: 250, within: 3 * HOUR };
const CHECKS = { most: 4, within: HOUR };
/** How many orders are out at the same time: should they all fail for one reason, that is what it costs. */
const AT_ONCE = 10;
/** When nothing has been heard of an order for so long, it counts as failed. */
const SILENCE = 10 * MINUTE;
/** What failed and is wanted no more is remembered for so long: a container that starts again and again gets no new orders by it. */
const MEMORY = 24 * HOUR;

export type Settling = {
  readonly wanted: Orders;
  /** When the operator asked for another attempt, by name; `*`: of all. */
  readonly retried: ReadonlyMap<string, number>;
  readonly now: number;
};

export type Settled = {
  readonly ledger: CertificateLedger;
  /** Keys of orders that Traefik is not to make now. */
  readonly held: ReadonlySet<string>;
  /** When to look again, should nothing happen until then. */
  readonly wakeAt: number | undefined;
};

/**
 * Decides which orders Traefik makes. It would make one at each change of the document for every host without a certificate, and none
 * again otherwise; so it is told of a resolver only when an attempt is due.
 */
export function settleOrders(ledger: CertificateLedger, settling: Settling): Settled {
  const { wanted, now } = settling;
  const served = indexServed(ledger.served);
  const missing = new Map([...wanted].filter(([, order]) => !isServed(order, served)));
  const states = new Map<string, OrderState>();
  for (const [key, state] of ledger.orders) {
    if (!missing.has(key) && isRemembered(state, served, now)) states.set(key, state);
  }
  for (const [key, order] of missing) states.set(key, withSilence(ledger.orders.get(key) ?? { order }, now));
  const parts = { ledger, states, missing, served };
  const names = new Set([...ledger.resolvers.keys(), ...[...wanted.values()].map((one) => one.resolver)]);
  const resolvers = new Map([...names].map((name) => [name, release(name, parts, settling)]));
  const held = new Set([...missing.keys()].filter((key) => states.get(key)?.orderedAt === undefined));
  const settled = { ...ledger, orders: states, resolvers };
  return { ledger: settled, held, wakeAt: wakeAt(settled, held, settling) };
}

/** Of an order that nobody wants at the moment. */
function isRemembered({ order, failure, orderedAt }: OrderState, served: ServedNames, now: number): boolean {
  if (isServed(order, served)) return false;
  return now - (failure?.at ?? 0) < MEMORY || now - (orderedAt ?? 0) < SILENCE;
}

function withSilence(state: OrderState, now: number): OrderState {
  const { order, orderedAt, failure, checks = [] } = state;
  if (orderedAt === undefined || now - orderedAt < SILENCE) return state;
  return { order, checks, failure: failureOf('', failure, now) };
}

type Parts = {
  readonly ledger: CertificateLedger;
  readonly states: Map<string, OrderState>;
  readonly missing: Orders;
  readonly served: ServedNames;
};

/** Lets those orders of a resolver go for which there is room, and takes note of them. */
function release(resolver: string, parts: Parts, settling: Settling): ResolverState {
  const { states, missing, ledger } = parts;
  const { now } = settling;
  const { sent: all = [], pause: before } = ledger.resolvers.get(resolver) ?? {};
  const sent = all.filter((at) => at > now - ORDERS.within);
  const isOver = before !== undefined && gotThrough(resolver, before, parts);
  const pause = isOver ? undefined : before;
  const ours = [...states].filter(([key, { order }]) => missing.has(key) && order.resolver === resolver);
  const out = ours.filter(([, { orderedAt }]) => orderedAt !== undefined).length;
  const isPaused = pause !== undefined && !isDue(pause, [...settling.retried.keys()], settling);
  const room = isPaused ? 0 : Math.min((pause === undefined ? AT_ONCE : 1) - out, ORDERS.most - sent.length);
  const due = ours
    .filter(([, state]) => isFree(state, isOver, settling))
    .sort(byTurn)
    .slice(0, Math.max(0, room));
  for (const [key, state] of due) states.set(key, { ...state, orderedAt: now });
  return { sent: [...sent, ...due.map(() => now)], ...(pause === undefined ? {} : { pause }) };
}

/** Those that have waited longest come first: where one lets none of the others through, each has its turn. */
function byTurn([a, one]: [string, OrderState], [b, other]: [string, OrderState]): number {
  return (one.failure?.at ?? 0) - (other.failure?.at ?? 0) || (a < b ? -1 : 1);
}

/** An order that was out when all others waited has come to a certificate: what they waited for is over. */
function gotThrough(resolver: string, { at }: Failure, { ledger, served }: Parts): boolean {
  return [...ledger.orders.values()].some(
    ({ order, orderedAt = 0 }) => order.resolver === resolver && orderedAt > at && isServed(order, served),
  );
}

/** @param isOver what all orders of the resolver waited for is over */
function isFree(state: OrderState, isOver: boolean, settling: Settling): boolean {
  const { order, orderedAt, failure, checks = [] } = state;
  const { now } = settling;
  if (orderedAt !== undefined) return false;
  if (checks.filter((at) => at > now - CHECKS.within).length >= CHECKS.most) return false;
  if (failure === undefined || isDue(failure, [...order.names, '*'], settling)) return true;
  return isOver && explainError(failure.error).cause.isForAll === true;
}

function isDue({ at, nextAt }: Failure, names: readonly string[], { retried, now }: Settling): boolean {
  return nextAt <= now || names.some((name) => (retried.get(name) ?? 0) > at);
}

function wakeAt(
  { orders, resolvers }: CertificateLedger,
  held: ReadonlySet<string>,
  { now }: Settling,
): number | undefined {
  const times = [...orders].flatMap(([key, { orderedAt, failure, checks = [] }]) => {
    if (orderedAt !== undefined) return [orderedAt + SILENCE];
    if (!held.has(key)) return [];
    return [
      failure?.nextAt ?? now,
      ...(checks.length >= CHECKS.most ? [(checks[0] ?? 0) + CHECKS.within] : []),
    ];
  });
  const full = [...resolvers.values()].flatMap(({ sent, pause }) => [
    ...(sent.length >= ORDERS.most ? [(sent[0] ?? 0) + ORDERS.within] : []),
    ...(pause === undefined ? [] : [pause.nextAt]),
  ]);
  const later = [...times, ...full].filter((at) => at > now);
  return later.length === 0 ? undefined : Math.min(...later);
}
