import { setTimeout as sleep } from 'node:timers/promises';
import type { CertificateReport } from '../../core/certificates/report.ts';
import { Refusal } from '../../core/refusal.ts';
import { ownInfra } from '../own-infra.ts';
import { askAgain } from './ask-again.ts';
import { askCertificates, type Host, listHosts } from './list.ts';
import { mendStorage } from './storage.ts';

export type RetryOptions = {
  /** Hosts; none: all that have failed. */
  readonly names: readonly string[];
  readonly isNewAccount: boolean;
  readonly print: (line: string) => void;
};

/** How long an attempt is waited for, in milliseconds: records of DNS may take two minutes to be seen. */
const PATIENCE = 180_000;
const LOOK_EVERY = 500;

/** `renet cert retry`: mends what it can, asks for another attempt, and waits for what comes of it. */
export async function retryCertificates({ names, isNewAccount, print }: RetryOptions): Promise<Host[]> {
  const infra = await ownInfra();
  const reports = await askCertificates();
  requireKnown(names, reports);
  const isMeant = (report: CertificateReport): boolean =>
    names.length === 0 ? report.state === 'failed' : report.names.some((name) => names.includes(name));
  const meant = new Set(reports.filter(isMeant).flatMap((one) => one.names));
  const isLost = reports.some(({ failure }) => failure?.code.startsWith('storage-'));
  await mendStorage({ infra, isNewAccount, isLost, print });
  if (meant.size === 0) return [];
  const now = Date.now();
  await askAgain(names.length === 0 ? ['*'] : names, now);
  const since = new Date(now).toISOString();
  const isOpen = ({ state, names: all, failure }: CertificateReport): boolean =>
    all.some((name) => meant.has(name)) &&
    state !== 'served' &&
    (state !== 'failed' || (failure?.at ?? '') < since);
  for (let waited = 0; waited < PATIENCE; waited += LOOK_EVERY) {
    await sleep(LOOK_EVERY);
    if (!(await askCertificates()).some(isOpen)) break;
  }
  return (await listHosts()).filter(({ name }) => meant.has(name));
}

function requireKnown(names: readonly string[], reports: readonly CertificateReport[]): void {
  const known = reports.flatMap((report) => report.names);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new Refusal(
    'host-unknown',
    `no router wants a certificate for '${unknown}'`,
    known.length === 0 ? 'None does for any host.' : `There is ${known.join(', ')}.`,
  );
}
