import type { CertificateReport } from '../certificates/report.ts';
import { strangersAmong } from '../dns/check.ts';
import type { Problem } from '../labels/problem.ts';
import { type Finding, ok, warning, wrong } from './finding.ts';

const DAY = 24 * 3_600_000;
/** Traefik renews when a third is left, so these have failed to be renewed. */
const SOON = 0.2;

export type CertificatesSeen = {
  /** Who makes them here. */
  readonly resolvers: readonly string[] | 'ignored';
  readonly reports: readonly CertificateReport[];
  readonly now: number;
  readonly read: (time: string) => number;
};

/** The token, and whatever else certificates need. */
export function examineCertificates({ resolvers, reports, now, read }: CertificatesSeen): Finding[] {
  if (resolvers === 'ignored' || resolvers.length === 0)
    return [ok('certificates', 'none are made here: browsers warn of each page')];
  const failed = reports.filter(({ failure, state }) => failure !== undefined && state !== 'served');
  const near = reports.filter(
    ({ certificate }) => certificate !== undefined && isNear(certificate, now, read),
  );
  if (failed.length + near.length === 0) {
    const waiting = reports.filter(({ state }) => state !== 'served').length;
    return [
      ok(
        'certificates',
        `${reports.length - waiting} by ${resolvers.join(', ')}${waiting === 0 ? '' : `; ${waiting} on their way`}`,
      ),
    ];
  }
  return [
    ...failed.map(({ names, failure }) =>
      wrong('certificates', `${names.join(', ')}: ${failure?.why} (${failure?.code})`, failure?.fix ?? ''),
    ),
    ...near.map(({ names, certificate }) =>
      warning(
        'certificates',
        `that of ${names.join(', ')} ends ${certificate?.until}, and is not renewed`,
        'rdc proxy logs -m SERVER tells why.',
      ),
    ),
  ];
}

function isNear(
  { from, until }: { from: string; until: string },
  now: number,
  read: CertificatesSeen['read'],
): boolean {
  const left = read(until) - now;
  return left < Math.min(14 * DAY, (read(until) - read(from)) * SOON);
}

/** Labels that keep something from being routed. */
export function examineLabels(problems: readonly (Problem & { readonly repository: string })[]): Finding {
  const [first] = problems;
  if (first === undefined) return ok('labels', 'nothing is wrong with those of any container');
  const { repository, container, label, reason } = first;
  const said = `${repository}/${container}${label === undefined ? '' : `, ${label}`}: ${reason}`;
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  return warning('labels', `${said}${more}`, `renet explain ${container}`);
}

/** Whether names below the base domain lead here. */
export function examineDns(
  baseDomain: string | undefined,
  addresses: readonly string[] | undefined,
  wanted: readonly string[],
): Finding {
  if (baseDomain === undefined) return ok('DNS', 'no base domain is set: there are no auto-routes');
  const name = `*.${baseDomain}`;
  if (addresses === undefined) return ok('DNS', `nobody could be asked about ${name}`);
  const fix = 'rdc dns plan -m SERVER shows what is missing, and rdc dns apply makes it.';
  if (addresses.length === 0) return warning('DNS', `name servers know no ${name}`, fix);
  const foreign = strangersAmong(addresses, wanted);
  if (foreign.length === 0) return ok('DNS', `${name} leads to ${addresses.join(', ')}`);
  return warning('DNS', `${name} leads to ${foreign.join(', ')}, which is not this server`, fix);
}
