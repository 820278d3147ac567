import { planEntryPoints } from '../infra/entry-points.ts';
import type { Facts } from '../infra/facts.ts';
import type { Infra } from '../infra/infra-file.ts';
import { missingPackages } from '../infra/packages.ts';
import { Refusal } from '../refusal.ts';
import { describeSize } from '../repository/image.ts';
import { type Finding, ok, warning, wrong } from './finding.ts';

/** What is running what. */
export type Versions = {
  readonly renet: string;
  readonly traefik: string;
  readonly docker: string;
  readonly compose: string;
  readonly kernel: string;
  readonly systemd: string;
};

/** In bytes, of the file system that has the repositories. */
export type Space = { readonly size: number; readonly free: number };

export function examineVersions(versions: Versions, facts: Facts | undefined): Finding {
  const said = Object.entries(versions)
    .filter(([, version]) => version !== '')
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  try {
    const missing = facts === undefined ? [] : missingPackages(facts);
    if (missing.length === 0) return ok('versions', said);
    return wrong(
      'versions',
      `${said}; it lacks ${missing.join(', ')}`,
      'rdc context push-infra SERVER installs it.',
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return wrong('versions', error.message, error.fix);
  }
}

const SCANT = 0.1;
const FULL = 0.02;

export function examineSpace({ size, free }: Space): Finding {
  const said = `${describeSize(free)} of ${describeSize(size)} are free for repositories`;
  if (free > size * SCANT) return ok('disk', said);
  const fix = 'Remove what is not needed, or give the machine a larger disk.';
  return free < size * FULL ? wrong('disk', said, fix) : warning('disk', said, fix);
}

/**
 * Certificates and DNS need the right time.
 *
 * @param behind how far the clock is behind what has been written on this machine, in milliseconds
 */
export function examineClock(now: number, behind: number, write: (time: number) => string): Finding {
  if (behind < 60_000) return ok('clock', minute(write(now)));
  return wrong(
    'clock',
    `it is ${minute(write(now))} here, but files were written ${Math.round(behind / 60_000)} minutes later`,
    'Set it, and let it be kept right: timedatectl set-ntp true.',
  );
}

/** Of ISO 8601. */
function minute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}

/** What another clock says beside it, as that of the workstation. */
export function compareClocks(theirs: number, ours: number): Finding | undefined {
  const apart = Math.round(Math.abs(theirs - ours) / 1000);
  if (apart < 60) return undefined;
  return warning(
    'clock',
    `the server's clock and this one are ${apart} seconds apart`,
    'One of them is wrong: timedatectl shows whether they are kept right.',
  );
}

/** Ports that were wanted and are not there, and firewalls. */
export function examinePorts({ settings, entryPoints }: Infra, facts: Facts): Finding[] {
  const count = new Set(entryPoints.map(({ port, protocol }) => `${protocol}${port}`)).size;
  const firewalls = facts.firewalls.map((name) =>
    warning('firewall', `${name} is active`, 'Let the ports in that are to be reached from outside.'),
  );
  return [
    examineTaken(settings, facts, { entryPoints, count }),
    ...(firewalls.length > 0
      ? firewalls
      : [ok('firewall', 'none is active that drops what it is not told of')]),
    examineIpv6(settings, facts),
  ];
}

function examineTaken(
  settings: Infra['settings'],
  facts: Facts,
  { entryPoints, count }: { entryPoints: Infra['entryPoints']; count: number },
): Finding {
  try {
    const { warnings } = planEntryPoints(settings, facts, entryPoints);
    const left = warnings.filter((one) => one.includes('left out'));
    if (left.length === 0) return ok('ports', `${count} ports are open, and nobody else has one`);
    return warning('ports', left.join('; '), 'Stop that, or do without: --without-ports PORT.');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return wrong('ports', error.message, error.fix.replace(' Nothing was changed.', ''));
  }
}

function examineIpv6({ publicIpv6 }: Infra['settings'], { outgoing, addresses }: Facts): Finding {
  if (publicIpv6 === undefined)
    return ok(
      'IPv6',
      outgoing.ipv6 === undefined ? 'not used' : `not used; the machine has ${outgoing.ipv6}`,
    );
  if (addresses.includes(publicIpv6) || outgoing.ipv6 !== undefined) return ok('IPv6', publicIpv6);
  return wrong(
    'IPv6',
    `the machine does not have ${publicIpv6}`,
    'rdc context set-infra SERVER --public-ipv6 ADDRESS, or unset it.',
  );
}
