import {
  type Lease,
  leaseKey,
  type PortRequest,
  type StreamProtocol,
  settleLeases,
} from '../core/claims/leases.ts';
import { isSameLedger, type Ledger, nextExpiry, settleLedger } from '../core/claims/ledger.ts';
import { createOutcomes, type Outcome, type Wishes } from '../core/claims/outcome.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import type { RepositoryRoutes } from '../core/routes/repository-routes.ts';
import type { State, StateFolder } from './state-folder.ts';

export type ClaimKeeperOptions = {
  readonly state: StateFolder;
  /** The ports of the dynamic ranges. */
  readonly ranges: Readonly<Record<StreamProtocol, readonly number[]>>;
  /** How long what is not wanted any more is kept, in milliseconds. */
  readonly grace: number;
  /** Something has run out, and is free for others. */
  readonly onExpiry: () => void;
};

export type Asking = { readonly routes: RepositoryRoutes; readonly answering: boolean };

/** Knows who has which host, entrypoint and public port, and keeps it over restarts. */
export class ClaimKeeper {
  readonly #options: ClaimKeeperOptions;
  readonly #wishes = new WeakMap<RepositoryRoutes, Wishes>();
  #ledger: Ledger;
  #leases: readonly Lease[];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ClaimKeeperOptions) {
    this.#options = options;
    const { ledger, leases } = options.state.state();
    // What happened while nobody looked is not known: the grace period begins again.
    this.#ledger = new Map([...ledger].map(([key, claims]) => [key, claims.map(withoutGone)]));
    this.#leases = leases.map(withoutGone);
  }

  leases(): readonly Lease[] {
    return this.#leases;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** Takes note of what all repositories want, and tells what each of them gets. */
  settle(asking: readonly Asking[]): (routes: RepositoryRoutes) => Outcome {
    const { state, ranges, grace } = this.#options;
    const all = asking.map(({ routes }) => this.#wishesOf(routes));
    const answering = new Set(asking.filter((one) => one.answering).map(({ routes }) => routes.networkId));
    const common = { answering, grace, now: Date.now() };
    const wanted = new Map<NetworkId, ReadonlySet<string>>(
      all.map(({ networkId, claims }) => [networkId, claims]),
    );
    const ledger = settleLedger(this.#ledger, { ...common, wanted, released: state.decisions().released });
    const leases = settleLeases(this.#leases, {
      ...common,
      ranges,
      wanted: all.flatMap(({ ports }) => ports),
    });
    if (!isSameLedger(ledger, this.#ledger) || !isSame(leases, this.#leases)) state.save({ ledger, leases });
    this.#ledger = ledger;
    this.#leases = leases;
    this.#schedule({ ledger, leases });
    const outcomeOf = createOutcomes(ledger, leases);
    return (routes) => outcomeOf(this.#wishesOf(routes));
  }

  #wishesOf(routes: RepositoryRoutes): Wishes {
    const known = this.#wishes.get(routes);
    if (known !== undefined) return known;
    const { networkId } = routes;
    const claims = new Set(routes.claims.flatMap(({ keys }) => keys));
    const requests = routes.publicPorts.map(({ protocol, service, target }): [string, PortRequest] => {
      const request = { networkId, protocol, service, target };
      return [leaseKey(request), request];
    });
    const wishes = { networkId, claims, ports: [...new Map(requests).values()] };
    this.#wishes.set(routes, wishes);
    return wishes;
  }

  #schedule({ ledger, leases }: State): void {
    clearTimeout(this.#timer);
    const { grace, onExpiry } = this.#options;
    const at = nextExpiry([...[...ledger.values()].flat(), ...leases], grace);
    if (at !== undefined) this.#timer = setTimeout(onExpiry, Math.max(0, at - Date.now())).unref();
  }
}

function withoutGone<T extends { readonly goneSince?: number }>({
  goneSince: _,
  ...rest
}: T): Omit<T, 'goneSince'> {
  return rest;
}

function isSame(a: readonly Lease[], b: readonly Lease[]): boolean {
  return a.length === b.length && a.every((lease, i) => lease === b[i]);
}
