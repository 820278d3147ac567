import type { NetworkId } from '../network/subnet.ts';
import { type Lease, leaseKey, type PortRequest } from './leases.ts';
import { createOwnership, type Ledger } from './ledger.ts';

/** What a repository gets of what it wants. */
export type Outcome = {
  /** Claims that another repository has, with its network id. */
  readonly refused: ReadonlyMap<string, NetworkId>;
  /** Claims that it has and others want, too. */
  readonly contested: ReadonlyMap<string, readonly NetworkId[]>;
  /** By request. */
  readonly leases: ReadonlyMap<string, Lease>;
  /** Network ids of those who hold ports of the dynamic range, to be named when none is left. */
  readonly holders: readonly NetworkId[];
};

export type Wishes = {
  readonly networkId: NetworkId;
  readonly claims: ReadonlySet<string>;
  readonly ports: readonly PortRequest[];
};

/** Tells each repository what it gets; made once for a ledger and leases. */
export function createOutcomes(ledger: Ledger, leases: readonly Lease[]): (wishes: Wishes) => Outcome {
  const ownerOf = createOwnership(ledger);
  const byRequest = new Map(leases.map((lease) => [leaseKey(lease), lease]));
  const allHolders = [...new Set(leases.map(({ networkId }) => networkId))];
  return ({ networkId, claims, ports }) => {
    const refused = new Map<string, NetworkId>();
    const contested = new Map<string, readonly NetworkId[]>();
    for (const key of claims) {
      const owner = ownerOf(key)?.networkId ?? networkId;
      const others = (ledger.get(key) ?? []).filter(
        (claim) => claim.networkId !== networkId && claim.goneSince === undefined,
      );
      if (owner !== networkId) refused.set(key, owner);
      else if (others.length > 0) {
        contested.set(
          key,
          others.map((claim) => claim.networkId),
        );
      }
    }
    const own = ports.flatMap((request): [string, Lease][] => {
      const lease = byRequest.get(leaseKey(request));
      return lease === undefined ? [] : [[leaseKey(request), lease]];
    });
    const holders = own.length < ports.length ? allHolders : [];
    return { refused, contested, leases: new Map(own), holders };
  };
}

export function isSameOutcome(a: Outcome, b: Outcome): boolean {
  return a === b || outcomeText(a) === outcomeText(b);
}

function outcomeText({ refused, contested, leases, holders }: Outcome): string {
  const ports = [...leases].map(([key, { port }]) => [key, port]);
  return JSON.stringify([[...refused], [...contested], ports, holders]);
}
