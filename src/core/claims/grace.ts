import type { NetworkId } from '../network/subnet.ts';

/** Something that a repository has been given, and keeps for a while when it is not wanted any more. Times: ms since 1970. */
export type Held = {
  readonly networkId: NetworkId;
  readonly since: number;
  /** Since when its daemon answers, but no container of it wants this any more. */
  readonly goneSince?: number;
};

export type Grace = {
  /** Repositories whose daemon answers: of the others it is not known what they want. */
  readonly answering: ReadonlySet<NetworkId>;
  readonly now: number;
  /** How long what is not wanted any more is kept, in milliseconds. */
  readonly grace: number;
  /** When repositories were deleted. A later one with the same network id is another. */
  readonly deleted: ReadonlyMap<NetworkId, number>;
};

/** What becomes of it; undefined: its time is over. The same object when nothing has changed. */
export function settleHeld<T extends Held>(
  held: T,
  isWanted: boolean,
  { answering, now, grace, deleted }: Grace,
): T | undefined {
  if (held.since <= (deleted.get(held.networkId) ?? Number.NEGATIVE_INFINITY)) return undefined;
  if (isWanted) return withoutGone(held);
  if (!answering.has(held.networkId)) return held;
  const { goneSince = now } = held;
  if (now - goneSince >= grace) return undefined;
  return held.goneSince === undefined ? { ...held, goneSince } : held;
}

export function withoutGone<T extends Held>(held: T): T {
  if (held.goneSince === undefined) return held;
  const { goneSince: _, ...rest } = held;
  return rest as T;
}

/** When one of these runs out next; undefined when all are wanted. */
export function nextExpiry(all: readonly Held[], grace: number): number | undefined {
  const gone = all.flatMap(({ goneSince }) => goneSince ?? []);
  return gone.length === 0 ? undefined : gone.reduce((a, b) => Math.min(a, b)) + grace;
}
