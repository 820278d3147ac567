import {
  type CertificateLedger,
  EMPTY_LEDGER,
  noteFailure,
  noteServed,
} from '../../src/core/certificates/ledger.ts';
import {
  indexServed,
  isServed,
  type Order,
  type Orders,
  orderKey,
  type Served,
} from '../../src/core/certificates/order.ts';
import { reportCertificates } from '../../src/core/certificates/report.ts';
import { type Settled, settleOrders } from '../../src/core/certificates/settle.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const RESOLVER = 'letsencrypt';

export const order = (...names: string[]): Order => ({ resolver: RESOLVER, names });
export const ordersOf = (...all: Order[]): Orders => new Map(all.map((one) => [orderKey(one), one]));
const certificate = (now: number, ...names: string[]): Served => ({
  ...{ names, issuer: 'CA', serial: '1' },
  ...{ from: now, until: now + 90 * DAY },
});

export const TOKEN = '[status code 403] 9109: Invalid access token';
export const ZONE = 'failed to find zone b.test.: zone could not be found';
export const UNSEEN = 'urn:ietf:params:acme:error:unauthorized :: No TXT records found for DNS challenge';
export const DOWN = '[status code 500] 10000: internal';

/** A route server, and a Traefik that orders what it is told to. */
export class Course {
  ledger: CertificateLedger = EMPTY_LEDGER;
  now = 1_800_000_000_000;
  retried = new Map<string, number>();
  sent: string[] = [];
  #out = new Set<string>();
  wanted: Orders;

  constructor(...wanted: Order[]) {
    this.wanted = ordersOf(...wanted);
    this.settle();
  }

  settle(): Settled {
    const settled = settleOrders(this.ledger, this);
    this.ledger = settled.ledger;
    const served = indexServed(this.ledger.served);
    for (const [key, one] of this.wanted) {
      if (settled.held.has(key)) this.#out.delete(key);
      else if (!this.#out.has(key) && !isServed(one, served)) {
        this.#out.add(key);
        this.sent.push(one.names.join(' '));
      }
    }
    return settled;
  }

  fail(error: string, ...names: string[]): Settled {
    this.ledger = noteFailure(this.ledger, { ...order(...names), error }, this.now);
    return this.settle();
  }

  serve(...names: string[]): Settled {
    this.ledger = noteServed(this.ledger, [...this.ledger.served, certificate(this.now, ...names)]);
    return this.settle();
  }

  /** Lets time go by, in steps to when the ledger wants to be looked at. */
  wait(milliseconds: number): void {
    const end = this.now + milliseconds;
    while (true) {
      const { wakeAt } = this.settle();
      if (wakeAt === undefined || wakeAt > end) break;
      this.now = wakeAt;
    }
    this.now = end;
    this.settle();
  }

  retry(name = '*'): Settled {
    this.now += 1;
    this.retried.set(name, this.now);
    return this.settle();
  }

  states(): string[] {
    const wanted = [...this.wanted.values()].map((one) => ({ order: one, repositories: [] }));
    return reportCertificates(this.ledger, wanted, { now: this.now, write: String }).map(
      ({ state }) => state,
    );
  }
}
