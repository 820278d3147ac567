import type { CertificateFailure } from '../../core/certificates/report.ts';
import { alignColumns } from '../../core/table.ts';
import type { Host } from './list.ts';

const TITLE = ['HOST', 'RESOLVER', 'REPOSITORY', 'CERTIFICATE', 'SHOWN NOW'];

/** `renet cert list`: a line for each host, and below it what is wrong, each thing once. */
export function renderHosts(hosts: readonly Host[]): string[] {
  if (hosts.length === 0) return ['no router wants a certificate'];
  const rows = hosts.map((host) => [
    host.name,
    host.resolver,
    host.repositories.join(', '),
    describeState(host),
    describePresented(host),
  ]);
  const failed = hosts.flatMap(({ name, failure }) => (failure === undefined ? [] : [{ name, failure }]));
  const causes = Map.groupBy(failed, ({ failure }) => `${failure.why} ${failure.nextAt}`);
  return [
    ...alignColumns([TITLE, ...rows]),
    ...[...causes.values()].flatMap((same) => ['', ...describeFailures(same)]),
  ];
}

function describeState({ state, certificate }: Host): string {
  if (certificate !== undefined) {
    const said = `${certificate.issuer}, until ${certificate.until.slice(0, 10)}`;
    return state === 'late' ? `${said}: not renewed in time` : said;
  }
  if (state === 'ordered') return 'on its way';
  return state === 'waiting' ? 'waits for others' : 'none';
}

function describePresented({ presented }: Host): string {
  if (presented === undefined) return 'nothing: no TLS handshake';
  if (!presented.isForName) return "not the host's";
  const day = presented.until.toISOString().slice(0, 10);
  return `yes, until ${day}${presented.isTrusted ? '' : ' (of nobody that this machine trusts)'}`;
}

type Failed = { readonly name: string; readonly failure: CertificateFailure };

/** Of hosts with the same reason. */
function describeFailures(hosts: readonly Failed[]): string[] {
  const [first] = hosts;
  if (first === undefined) return [];
  const { code, why, fix, count, at, nextAt } = first.failure;
  const tried = `${count} ${count === 1 ? 'attempt' : 'attempts'}, the last at ${minute(at)}`;
  const next = nextAt === undefined ? 'Traefik tries again by itself' : `the next at ${minute(nextAt)}`;
  return [`${hosts.map(({ name }) => name).join(', ')}: ${why} (${code})`, `  ${fix}`, `  ${tried}; ${next}`];
}

/** Of ISO 8601: what a person needs of it. */
function minute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}
