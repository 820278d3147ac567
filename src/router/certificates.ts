import { explainError } from '../core/certificates/explain.ts';
import type { Order } from '../core/certificates/order.ts';
import { type CertificateReport, reportCertificates, type Wanted } from '../core/certificates/report.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import { TIMES } from '../edges/times.ts';
import type { CertificateKeeper } from './certificate-keeper.ts';
import type { Refresher } from './refresh.ts';

type Listing = {
  readonly certificates: CertificateKeeper;
  readonly refresher: Refresher;
  readonly nameOf: (id: NetworkId) => string;
};

/** What `/certificates.json` shows: every certificate that routers want. */
export function listCertificates({ certificates, refresher, nameOf }: Listing): CertificateReport[] {
  if (!certificates.isTold()) return [];
  const wanted = new Map<string, { order: Order; repositories: string[] }>();
  for (const [id, orders] of refresher.orders()) {
    for (const [key, order] of orders) {
      const known = wanted.get(key);
      if (known === undefined) wanted.set(key, { order, repositories: [nameOf(id)] });
      else known.repositories.push(nameOf(id));
    }
  }
  const sorted: Wanted[] = [...wanted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  return reportCertificates(certificates.ledger(), sorted, { now: Date.now(), write: TIMES.write });
}

/** How many certificates are how, and what is wrong with all of them. */
export type CertificateSummary = {
  readonly states: Readonly<Record<CertificateReport['state'], number>>;
  readonly reason?: string;
};

export function summarizeCertificates(
  reports: readonly CertificateReport[],
  certificates: CertificateKeeper,
): CertificateSummary {
  const states = { served: 0, late: 0, ordered: 0, waiting: 0, failed: 0 };
  for (const { state } of reports) states[state] += 1;
  const paused = [...certificates.ledger().resolvers].find(([, { pause }]) => pause !== undefined);
  const late = reports.find(({ state }) => state === 'late');
  const reason =
    paused !== undefined && states.failed > 0
      ? `${paused[0]} makes no certificates: ${explainError(paused[1].pause?.error ?? '').why}`
      : late === undefined
        ? undefined
        : `the certificate of ${late.names[0]} ends ${late.certificate?.until}, and is not renewed`;
  return { states, ...(reason === undefined ? {} : { reason }) };
}
