import type { CertificateReport } from '../certificates/report.ts';
import { parentWildcard } from '../claims/host-names.ts';
import type { Answers } from './answers.ts';
import type { Look } from './cause.ts';
import type { Seen } from './seen.ts';
import type { Way } from './ways.ts';

/** Whether the certificate that is shown is the host's, where Traefik is to get one. */
export function lookAtCertificate(
  { check: { host, isCertified } }: Way,
  { proxied }: Answers,
  { router }: Seen,
): Look {
  if (proxied?.kind !== 'answered' || proxied.certificate === undefined || host === undefined)
    return undefined;
  const { isForName, text } = proxied.certificate;
  if (isForName) return { name: 'certificate', said: text };
  if (!isCertified)
    return { name: 'certificate', said: `not of ${host}: browsers warn of it, and the router asks for none` };
  const names = [host, parentWildcard(host)];
  return certificateCause(
    host,
    router?.certificates.find((one) => one.names.some((name) => names.includes(name))),
  );
}

/** Its code is that of docs/certificates.md, after `certificate-`. */
function certificateCause(host: string, report: CertificateReport | undefined): Look {
  const { failure, state } = report ?? {};
  const retry = 'sudo renet cert retry';
  if (failure !== undefined)
    return {
      code: `certificate-${failure.code}`,
      why: `${host} answers, but has no certificate: ${failure.why}`,
      fix: { text: failure.fix, command: failure.code === 'account-gone' ? `${retry} --new-account` : retry },
    };
  return {
    code: 'certificate-no-word',
    why: `${host} answers, but its certificate ${state === 'ordered' ? 'is on its way' : 'has not been asked for yet'}`,
    fix: {
      text: 'Wait a moment: it takes seconds by HTTP, and up to two minutes by DNS.',
      command: 'sudo renet cert list',
    },
  };
}
