import { parentWildcard } from '../claims/host-names.ts';
import { explainError } from './explain.ts';
import { type CertificateLedger, type Failure, renewalKey } from './ledger.ts';
import { indexServed, type Order, orderKey, type Served, type ServedNames, servedFor } from './order.ts';

/** Of a certificate that routers want: `late` is there, but should have been renewed; `waiting` is not to be ordered yet. */
export type CertificateState = 'served' | 'late' | 'ordered' | 'waiting' | 'failed';

/** What there is to know of a certificate that routers want. Times are in ISO 8601. */
export type CertificateReport = Order & {
  /** Whose routers. */
  readonly repositories: readonly string[];
  readonly state: CertificateState;
  readonly certificate?: {
    readonly issuer: string;
    readonly serial: string;
    readonly from: string;
    readonly until: string;
  };
  /** What keeps it from being there, or from being renewed. */
  readonly failure?: CertificateFailure;
};

export type CertificateFailure = {
  /** As docs/certificates.md lists them. */
  readonly code: string;
  readonly why: string;
  readonly fix: string;
  /** How often in a row. */
  readonly count: number;
  readonly at: string;
  /** Absent: Traefik renews when it sees fit. */
  readonly nextAt?: string;
  /** As Traefik logged it. */
  readonly error: string;
};

export type Wanted = { readonly order: Order; readonly repositories: readonly string[] };

/** Why a host has no certificate, when that is known, and what to do. */
export function whyWithout(host: string, reports: readonly CertificateReport[]): string | undefined {
  const names = [host, parentWildcard(host)];
  const report = reports.find(
    (one) => one.state === 'failed' && one.names.some((name) => names.includes(name)),
  );
  return report?.failure && `${report.failure.why}. ${report.failure.fix}`;
}

type Reporting = { readonly now: number; readonly write: (milliseconds: number) => string };

export function reportCertificates(
  ledger: CertificateLedger,
  wanted: readonly Wanted[],
  { now, write }: Reporting,
): CertificateReport[] {
  const served = indexServed(ledger.served);
  return wanted.map(({ order, repositories }) => {
    const certificate = certificateOf(order, served);
    const failure =
      certificate === undefined
        ? failureOf(order, ledger)
        : ledger.renewals.get(renewalKey(certificate.names));
    return {
      ...order,
      repositories,
      state: stateOf(order, certificate, { ledger, now }),
      ...(certificate === undefined ? {} : { certificate: describe(certificate, write) }),
      ...(failure === undefined ? {} : { failure: describeFailure(failure, write) }),
    };
  });
}

/** Of the certificates that its names have, the one that ends first; undefined: one of them has none. */
function certificateOf({ names }: Order, served: ServedNames): Served | undefined {
  const found = names.map((name) => servedFor(name, served));
  if (found.some((one) => one === undefined)) return undefined;
  return found.filter((one) => one !== undefined).sort((a, b) => a.until - b.until)[0];
}

/** What all orders of its resolver wait for is what it waits for, too, if that is newer. */
function failureOf(order: Order, { orders, resolvers }: CertificateLedger): Failure | undefined {
  const own = orders.get(orderKey(order))?.failure;
  const { pause } = resolvers.get(order.resolver) ?? {};
  return own === undefined || (pause !== undefined && pause.at > own.at) ? (pause ?? own) : own;
}

function stateOf(
  order: Order,
  certificate: Served | undefined,
  { ledger, now }: { ledger: CertificateLedger; now: number },
): CertificateState {
  if (certificate !== undefined) return isLate(certificate, now) ? 'late' : 'served';
  if (ledger.orders.get(orderKey(order))?.orderedAt !== undefined) return 'ordered';
  return failureOf(order, ledger) === undefined ? 'waiting' : 'failed';
}

/** Traefik renews when a third is left, or a quarter of the shortest ones: with a sixth left that has failed for a while. */
function isLate({ from, until }: Served, now: number): boolean {
  return until - now < (until - from) / 6;
}

function describe({ issuer, serial, from, until }: Served, write: Reporting['write']) {
  return { issuer, serial, from: write(from), until: write(until) };
}

function describeFailure(
  { at, error, count, nextAt }: Pick<Failure, 'at' | 'error' | 'count'> & { readonly nextAt?: number },
  write: Reporting['write'],
): CertificateFailure {
  const { cause, why } = explainError(error);
  return {
    ...{ code: cause.code, why, fix: cause.fix, count, at: write(at), error },
    ...(nextAt === undefined ? {} : { nextAt: write(nextAt) }),
  };
}
