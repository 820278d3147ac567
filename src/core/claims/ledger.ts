import type { NetworkId } from '../network/subnet.ts';
import { type Grace, type Held, settleHeld } from './grace.ts';
import { parentWildcard } from './host-names.ts';

/** A repository that wants something for itself. */
export type Claim = Held;

/** Who wants what, in the order in which they came: the first has it. Keys are hosts, and entrypoints as `entrypoint tcp-25`. */
export type Ledger = ReadonlyMap<string, readonly Claim[]>;

/** Keys, with the repositories that may want them and did not before. */
export type KeysToSettle = ReadonlyMap<string, ReadonlySet<NetworkId>>;

export type LedgerInput = Grace & {
  /** What the repositories want now, by network id. */
  readonly wanted: ReadonlyMap<NetworkId, ReadonlySet<string>>;
  /** When the operator has taken a claim from whoever had it. */
  readonly released: ReadonlyMap<string, number>;
};

/**
 * What changes in the ledger after a look at what is wanted. The first owner keeps a claim while its daemon does not answer, and
 * for the grace period after its label has gone; the next in line follows. A released claim goes to the next in line.
 *
 * @param keys what may have changed, with the repositories that may want it anew: what of the rest was said before still holds
 * @returns the keys of which something is new, with all who want them now; none: nobody does
 */
export function settleLedger(ledger: Ledger, input: LedgerInput, keys: KeysToSettle): Ledger {
  const isWanted = (id: NetworkId, key: string): boolean => input.wanted.get(id)?.has(key) ?? false;
  const changes = new Map<string, readonly Claim[]>();
  for (const [key, asking] of keys) {
    const before = ledger.get(key) ?? [];
    const kept = release(
      key,
      before.flatMap((claim) => settleHeld(claim, isWanted(claim.networkId, key), input) ?? []),
      input,
    );
    const known = new Set(kept.map(({ networkId }) => networkId));
    const fresh = [...asking]
      .filter((networkId) => isWanted(networkId, key) && !known.has(networkId))
      .sort((a, b) => a - b)
      .map((networkId): Claim => ({ networkId, since: input.now }));
    const after = [...kept, ...fresh];
    const isSame = after.length === before.length && after.every((claim, i) => claim === before[i]);
    if (!isSame) changes.set(key, after);
  }
  return changes;
}

/** All begin anew, in another order, so that the release is done with. */
function release(key: string, claims: readonly Claim[], { released, now }: LedgerInput): readonly Claim[] {
  const [owner, ...others] = claims;
  const at = released.get(key);
  if (owner === undefined || at === undefined || owner.since >= at) return claims;
  const line = owner.goneSince === undefined ? [...others, owner] : others;
  return line.map((claim) => ({ ...claim, since: now }));
}

/** Keys that one of the repositories wants, or has wanted. */
export function keysOf(ledger: Ledger, ids: ReadonlySet<NetworkId>): string[] {
  return [...ledger].flatMap(([key, claims]) =>
    claims.some(({ networkId }) => ids.has(networkId)) ? key : [],
  );
}

/** Whether claims change by themselves: somebody's label is gone. */
export function isInGrace(claims: readonly Claim[]): boolean {
  return claims.some(({ goneSince }) => goneSince !== undefined);
}

/** Tells who has what. `*.example.com` and `app.example.com` exclude each other: the older claim counts. */
export function createOwnership(ledger: Ledger): (key: string) => Claim | undefined {
  let below: ReadonlyMap<string, readonly string[]> | undefined;
  const namesBelow = (wildcard: string): readonly string[] => {
    below ??= Map.groupBy(ledger.keys(), (key) => parentWildcard(key) ?? '');
    return below.get(wildcard) ?? [];
  };
  return (key) => {
    const wildcard = parentWildcard(key);
    const others = key.startsWith('*.')
      ? namesBelow(key)
      : wildcard !== undefined && ledger.has(wildcard)
        ? [wildcard]
        : [];
    const own = ledger.get(key)?.[0];
    if (others.length === 0) return own;
    return [own ?? [], ...others.map((rival) => ledger.get(rival)?.[0] ?? [])]
      .flat()
      .sort((a, b) => a.since - b.since || a.networkId - b.networkId)[0];
  };
}
