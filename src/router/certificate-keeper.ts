import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CertificateLedger,
  noteFailedRenewal,
  noteFailure,
  noteResolverLost,
  noteResolverStarted,
  noteServed,
} from '../core/certificates/ledger.ts';
import type { Orders, Served } from '../core/certificates/order.ts';
import { settleOrders } from '../core/certificates/settle.ts';
import { readTraefikLog, type TraefikEvent } from '../core/certificates/traefik-log.ts';
import type { Destination } from '../edges/http.ts';
import { followJournal } from '../edges/journal.ts';
import { coalesce } from './coalesce.ts';
import { askServed } from './served-certificates.ts';
import type { StateFolder } from './state-folder.ts';

/** How to hear of Traefik's certificates: its API, and the unit whose log has what the API does not tell. */
export type TraefikSources = { readonly api: Destination; readonly unit: string };

export type CertificateKeeperOptions = {
  readonly state: StateFolder;
  /** Undefined: nobody tells, so every order is Traefik's own affair. */
  readonly sources: TraefikSources | undefined;
  /** Other orders may be due than before. */
  readonly onChange: () => void;
};

const NONE: ReadonlySet<string> = new Set();
/** How often Traefik is asked for its certificates: while some are on their way, and otherwise. In milliseconds. */
const SOON = 1_000;
const SELDOM = 60_000;
/** Until what Traefik had a moment ago counts as gone: as it starts it has nothing yet. */
const BELIEVED = 3_000;
/** What Traefik said before that does not matter any more, in milliseconds. */
const OLDEST = 24 * 3_600_000;
/** The longest that setTimeout waits. */
const LONGEST = 2 ** 31 - 1;

/** Knows which certificates Traefik has, which it could not get and why, and when it is to try again. */
export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  #ledger: CertificateLedger;
  #wanted: Orders = new Map();
  #timer: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #askAt = Number.POSITIVE_INFINITY;
  readonly #journal: Disposable | undefined;
  readonly #closing = new AbortController();

  constructor(options: CertificateKeeperOptions) {
    this.#options = options;
    this.#ledger = options.state.certificates();
    const { sources } = options;
    if (sources === undefined) return;
    const now = Date.now();
    const since = Math.max(this.#ledger.readUntil ?? now, now - OLDEST);
    this.#ledger = { ...this.#ledger, readUntil: since };
    this.#journal = followJournal(sources.unit, since, ({ at, text }) => {
      if (at <= (this.#ledger.readUntil ?? 0)) return;
      const event = readTraefikLog(text);
      if (event !== undefined) this.#hear(event, at);
    });
    void this.#ask();
  }

  /** Whether anybody tells what becomes of orders. */
  isTold(): boolean {
    return this.#journal !== undefined;
  }

  ledger(): CertificateLedger {
    return this.#ledger;
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#poll);
    this.#journal?.[Symbol.dispose]();
  }

  /** Takes note of what routers want, and tells which orders Traefik is not to make now. */
  settle(wanted: Orders): ReadonlySet<string> {
    const { state, sources, onChange } = this.#options;
    this.#wanted = wanted;
    if (sources === undefined) return NONE;
    const now = Date.now();
    const { retried } = state.decisions();
    const { ledger, held, wakeAt } = settleOrders(this.#ledger, { wanted, retried, now });
    this.#become(ledger);
    clearTimeout(this.#timer);
    if (wakeAt !== undefined)
      this.#timer = setTimeout(onChange, Math.min(LONGEST, Math.max(0, wakeAt - now))).unref();
    this.#askWithin(this.#isWaiting() ? SOON : SELDOM);
    return held;
  }

  #isWaiting(): boolean {
    return [...this.#wanted.keys()].some((key) => this.#ledger.orders.get(key)?.orderedAt !== undefined);
  }

  #hear(event: TraefikEvent, at: number): void {
    this.#become({ ...noteEvent(this.#ledger, event, at), readUntil: at });
    // As it starts, it takes a moment to have what it has.
    if (event.kind === 'started') this.#askWithin(SOON);
    if (event.kind === 'issued' || event.kind === 'resolver-lost') this.#askWithin(0);
    this.#options.onChange();
  }

  /** No later than that: what is to happen sooner does. */
  #askWithin(milliseconds: number): void {
    const at = performance.now() + milliseconds;
    if (at >= this.#askAt) return;
    this.#askAt = at;
    clearTimeout(this.#poll);
    this.#poll = setTimeout(() => {
      this.#askAt = Number.POSITIVE_INFINITY;
      void this.#ask();
    }, milliseconds).unref();
  }

  readonly #ask = coalesce(async () => {
    const served = await this.#askServed().catch(() => undefined);
    if (this.#closing.signal.aborted) return;
    this.#askWithin(this.#isWaiting() || served === undefined ? SOON : SELDOM);
    if (served === undefined || isSame(served, this.#ledger.served)) return;
    this.#become(noteServed(this.#ledger, served));
    this.#options.onChange();
  });

  async #askServed(): Promise<Served[] | undefined> {
    const api = this.#options.sources?.api;
    if (api === undefined) return undefined;
    const served = await askServed(api);
    const has = new Set(served.flatMap(({ names }) => names));
    if (this.#ledger.served.every(({ names }) => names.every((name) => has.has(name)))) return served;
    await sleep(BELIEVED, undefined, { signal: this.#closing.signal });
    return askServed(api);
  }

  #become(ledger: CertificateLedger): void {
    const before = this.#ledger;
    this.#ledger = ledger;
    if (!isSameLedger(before, ledger)) this.#options.state.saveCertificates(ledger);
  }
}

function noteEvent(ledger: CertificateLedger, event: TraefikEvent, at: number): CertificateLedger {
  if (event.kind === 'failed') return noteFailure(ledger, event, at);
  if (event.kind === 'renewal-failed') return noteFailedRenewal(ledger, event, at);
  if (event.kind === 'resolver-lost') return noteResolverLost(ledger, event, at);
  return event.kind === 'started' ? noteResolverStarted(ledger, event.resolver) : ledger;
}

/** The parts that may be long are the same objects for as long as they are the same. */
function isSameLedger(a: CertificateLedger, b: CertificateLedger): boolean {
  const short = ({ orders, resolvers, readUntil }: CertificateLedger): string =>
    JSON.stringify([[...orders], [...resolvers], readUntil]);
  return a.served === b.served && a.renewals === b.renewals && short(a) === short(b);
}

function isSame(a: readonly Served[], b: readonly Served[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
