import { nextExpiry, withoutGone } from '../core/claims/grace.ts';
import { parentWildcard } from '../core/claims/host-names.ts';
import { type Lease, settleLeases } from '../core/claims/leases.ts';
import { type Claim, isInGrace, keysOf, type Ledger, settleLedger } from '../core/claims/ledger.ts';
import { createOutcomes, type Outcome, type Wishes } from '../core/claims/outcome.ts';
import type { Ports } from '../core/network/ports.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import type { StateFolder } from './state-folder.ts';

export type ClaimKeeperOptions = {
  readonly state: StateFolder;
  /** The ports of the dynamic ranges. */
  readonly ranges: Ports;
  /** How long what is not wanted any more is kept, in milliseconds. */
  readonly grace: number;
  /** Something has run out, and is free for others. */
  readonly onExpiry: () => void;
};

/** What a repository wants, and whether that is known. Wishes are the same object for as long as they are the same. */
export type Asking = { readonly wishes: Wishes; readonly answering: boolean };
type Asked = ReadonlyMap<NetworkId, Asking>;

const NONE: ReadonlySet<string> = new Set();

/** Knows who has which host, entrypoint and public port, and keeps it over restarts. */
export class ClaimKeeper {
  readonly #options: ClaimKeeperOptions;
  readonly #outcomes = new Map<NetworkId, { readonly wishes: Wishes; readonly outcome: Outcome }>();
  /** When they were last looked at. */
  #asked: Asked = new Map();
  readonly #ledger: Map<string, readonly Claim[]>;
  readonly #inGrace = new Set<string>();
  #leases: readonly Lease[];
  #deleted: ReadonlyMap<NetworkId, number> = new Map();
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
  settle(asking: readonly Asking[]): (wishes: Wishes) => Outcome {
    const { state, ranges, grace } = this.#options;
    const asked = new Map(asking.map((one) => [one.wishes.networkId, one]));
    const answering = new Set([...asked].flatMap(([id, one]) => (one.answering ? id : [])));
    const { released, deleted } = state.decisions();
    const common = { answering, grace, deleted, now: Date.now() };
    const wanted = new Map([...asked].map(([id, { wishes }]) => [id, wishes.claims] as const));
    const keys = this.#keysToSettle(asked, [...released.keys(), ...this.#keysOfDeleted(deleted)]);
    const changes = settleLedger(this.#ledger, { ...common, wanted, released }, keys);
    const ports = [...asked.values()].flatMap(({ wishes }) => wishes.ports);
    const leases = settleLeases(this.#leases, { ...common, ranges, wanted: ports });
    const isLeased = !isSame(leases, this.#leases);
    const touched = touchedBy(changes, this.#ledger);
    this.#apply(changes);
    if (changes.size > 0 || isLeased) state.save({ ledger: this.#ledger, leases });
    this.#forgetOutcomes(isLeased ? 'all' : touched);
    for (const id of this.#outcomes.keys()) if (!asked.has(id)) this.#outcomes.delete(id);
    this.#asked = asked;
    this.#leases = leases;
    this.#schedule();
    return this.#outcomeMaker();
  }

  /** What repositories had that have been deleted since the last look. */
  #keysOfDeleted(deleted: ReadonlyMap<NetworkId, number>): string[] {
    const fresh = [...deleted].filter(([id, at]) => this.#deleted.get(id) !== at).map(([id]) => id);
    this.#deleted = deleted;
    return fresh.length === 0 ? [] : keysOf(this.#ledger, new Set(fresh));
  }

  #apply(changes: Ledger): void {
    for (const [key, claims] of changes) {
      if (claims.length === 0) this.#ledger.delete(key);
      else this.#ledger.set(key, claims);
      if (isInGrace(claims)) this.#inGrace.add(key);
      else this.#inGrace.delete(key);
    }
  }

  /** What a repository gets is told anew only when it may be something else. */
  #outcomeMaker(): (wishes: Wishes) => Outcome {
    const outcomeOf = createOutcomes(this.#ledger, this.#leases);
    return (wishes) => {
      const known = this.#outcomes.get(wishes.networkId);
      if (known?.wishes === wishes) return known.outcome;
      const outcome = outcomeOf(wishes);
      this.#outcomes.set(wishes.networkId, { wishes, outcome });
      return outcome;
    };
  }

  #forgetOutcomes(touched: ReadonlySet<NetworkId> | 'all'): void {
    if (touched === 'all') this.#outcomes.clear();
    else for (const id of touched) this.#outcomes.delete(id);
  }

  /** What a repository wants or wanted that has changed since the last look, and what changes by itself. */
  #keysToSettle(asked: Asked, released: Iterable<string>): Map<string, Set<NetworkId>> {
    const keys = new Map<string, Set<NetworkId>>();
    const add = (key: string, ...asking: readonly NetworkId[]): void => {
      const known = keys.get(key);
      if (known === undefined) keys.set(key, new Set(asking));
      else for (const id of asking) known.add(id);
    };
    for (const key of [...this.#inGrace, ...released]) add(key);
    const appeared = new Set<NetworkId>();
    for (const id of new Set([...asked.keys(), ...this.#asked.keys()])) {
      const [before, now] = [this.#asked.get(id), asked.get(id)];
      if (before?.wishes === now?.wishes && before?.answering === now?.answering) continue;
      const [wanted, wants] = [before?.wishes.claims ?? NONE, now?.wishes.claims ?? NONE];
      const isOther = before?.answering !== now?.answering;
      for (const key of isOther ? wanted.union(wants) : wanted.symmetricDifference(wants)) add(key, id);
      if (now?.answering && !before?.answering) appeared.add(id);
    }
    // It may have wanted more before it went, or before the last start.
    if (appeared.size > 0) for (const key of keysOf(this.#ledger, appeared)) add(key);
    return keys;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const { grace, onExpiry } = this.#options;
    const claims = [...this.#inGrace].flatMap((key) => this.#ledger.get(key) ?? []);
    const at = nextExpiry([...claims, ...this.#leases], grace);
    if (at !== undefined) this.#timer = setTimeout(onExpiry, Math.max(0, at - Date.now())).unref();
  }
}

/** Repositories that changes may matter to: who wanted or wants these keys, or a wildcard above them; all for a wildcard itself. */
function touchedBy(changes: Ledger, before: Ledger): Set<NetworkId> | 'all' {
  const keys = [...changes.keys()];
  if (keys.some((key) => key.startsWith('*.'))) return 'all';
  const wildcards = keys.flatMap((key) => parentWildcard(key) ?? []);
  const claims = [...keys, ...wildcards].flatMap((key) => before.get(key) ?? []);
  return new Set([...claims, ...[...changes.values()].flat()].map(({ networkId }) => networkId));
}

function isSame(a: readonly Lease[], b: readonly Lease[]): boolean {
  return a.length === b.length && a.every((lease, i) => lease === b[i]);
}
