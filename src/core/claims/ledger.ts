import type { NetworkId } from '../network/subnet.ts';
import { parentWildcard } from './host-names.ts';

/** A repository that wants something for itself. Times are milliseconds since 1970. */
export type Claim = {
  readonly networkId: NetworkId;
  readonly since: number;
  /** Since when its daemon answers, but no container of it wants this any more. */
  readonly goneSince?: number;
};

/** Who wants what, in the order in which they came: the first has it. Keys are hosts, and entrypoints as `entrypoint tcp-25`. */
export type Ledger = ReadonlyMap<string, readonly Claim[]>;

export type LedgerInput = {
  /** What the repositories want now, by network id. */
  readonly wanted: ReadonlyMap<NetworkId, ReadonlySet<string>>;
  /** Repositories whose daemon answers: of the others it is not known what they want. */
  readonly answering: ReadonlySet<NetworkId>;
  /** When the operator has taken a claim from whoever had it. */
  readonly released: ReadonlyMap<string, number>;
  readonly now: number;
  /** How long a claim that is not wanted any more is kept, in milliseconds. */
  readonly grace: number;
};

/**
 * The ledger after a look at what is wanted. The first owner keeps a claim while its daemon does not answer, and for the
 * grace period after its label has gone; the next in line follows. A released claim goes to the next in line.
 */
export function settleLedger(ledger: Ledger, input: LedgerInput): Ledger {
  const settled = new Map<string, readonly Claim[]>();
  for (const [key, claims] of ledger) {
    const kept = claims.flatMap((claim) => settleClaim(key, claim, input));
    if (kept.length > 0) settled.set(key, release(key, kept, input));
  }
  for (const [networkId, keys] of [...input.wanted].sort(([a], [b]) => a - b)) {
    for (const key of keys) {
      const claims = settled.get(key) ?? [];
      if (claims.some((claim) => claim.networkId === networkId)) continue;
      settled.set(key, [...claims, { networkId, since: input.now }]);
    }
  }
  return settled;
}

function settleClaim(key: string, claim: Claim, { wanted, answering, now, grace }: LedgerInput): Claim[] {
  const { networkId, since, goneSince = now } = claim;
  if (wanted.get(networkId)?.has(key)) return [claim.goneSince === undefined ? claim : { networkId, since }];
  if (!answering.has(networkId)) return [claim];
  return now - goneSince >= grace ? [] : [{ networkId, since, goneSince }];
}

/** All begin anew, in another order, so that the release is done with. */
function release(key: string, claims: readonly Claim[], { released, now }: LedgerInput): readonly Claim[] {
  const [owner, ...others] = claims;
  const at = released.get(key);
  if (owner === undefined || at === undefined || owner.since >= at) return claims;
  const line = owner.goneSince === undefined ? [...others, owner] : others;
  return line.map((claim) => ({ ...claim, since: now }));
}

/** When one of these runs out next; undefined when all are wanted. */
export function nextExpiry(
  all: readonly { readonly goneSince?: number }[],
  grace: number,
): number | undefined {
  const gone = all.flatMap(({ goneSince }) => goneSince ?? []);
  return gone.length === 0 ? undefined : gone.reduce((a, b) => Math.min(a, b)) + grace;
}

/** Whether two claims are the same, told without looking deep: settling keeps what has not changed. */
export function isSameLedger(a: Ledger, b: Ledger): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([key, claims]) => {
    const others = b.get(key);
    return others?.length === claims.length && claims.every((claim, i) => isSameClaim(claim, others[i]));
  });
}

function isSameClaim(a: Claim, b: Claim | undefined): boolean {
  return a.networkId === b?.networkId && a.since === b.since && a.goneSince === b.goneSince;
}

/** Tells who has what. `*.example.com` and `app.example.com` exclude each other: the older claim counts. */
export function createOwnership(ledger: Ledger): (key: string) => Claim | undefined {
  const below = new Map<string, string[]>();
  for (const key of ledger.keys()) {
    const wildcard = parentWildcard(key);
    if (wildcard !== undefined && ledger.has(wildcard)) {
      below.set(wildcard, [...(below.get(wildcard) ?? []), key]);
    }
  }
  return (key) => {
    const wildcard = parentWildcard(key);
    const rivals = [key, ...(wildcard === undefined ? [] : [wildcard]), ...(below.get(key) ?? [])];
    return rivals
      .flatMap((rival) => ledger.get(rival)?.[0] ?? [])
      .sort((a, b) => a.since - b.since || a.networkId - b.networkId)[0];
  };
}
