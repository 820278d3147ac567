import { loopbackPorts } from '../isolation/loopback-ports.ts';
import { Refusal } from '../refusal.ts';
import type { Facts, Kernel } from './facts.ts';
import { ISOLATION_UNIT, PLACES } from './places.ts';
import type { InfraSettings } from './setting.ts';
import { settingOf } from './settings.ts';

/**
 * Whether the kernel is to keep repositories apart.
 *
 * @throws Refusal when it cannot, or when it is switched on or off while repositories are up: what runs stays as it was begun
 */
export function planKernel(facts: Facts, settings: InfraSettings): boolean {
  const isWanted = requireKernel(facts, settings);
  const isOn = facts.files.has(`${PLACES.units}/${ISOLATION_UNIT}`);
  const up = [...facts.units]
    .flatMap(([unit, { active }]) =>
      active === 'active' ? (/^rediacc-docker@(\d+)\.service$/.exec(unit)?.[1] ?? []) : [],
    )
    .sort((a, b) => Number(a) - Number(b));
  if (isWanted === isOn || up.length === 0) return isWanted;
  throw new Refusal(
    'repositories-up',
    `isolation cannot be switched ${isWanted ? 'on' : 'off'} while repositories are up: ${up.join(', ')}`,
    'Take them down first: rdc repo down NAME --unmount -m CONTEXT.',
  );
}

/** The first with bpf_set_retval, by which a refusal says what it is. */
const MINIMUM = { major: 5, minor: 18 };

/** @throws Refusal when it is to keep repositories apart, and cannot */
function requireKernel({ kernel }: Facts, settings: InfraSettings): boolean {
  if (settingOf(settings, 'isolation') === 'off') return false;
  const reason = findObstacle(kernel);
  if (reason === undefined) return true;
  throw new Refusal(
    'isolation-unavailable',
    `the server cannot keep repositories apart: ${reason}`,
    'Use Debian 12, Ubuntu 24.04 or newer with its own kernel. Or, for stacks that trust each other: rdc context set-infra NAME --isolation off.',
  );
}

/** Why a kernel cannot keep repositories apart; undefined: it can. */
export function findObstacle({ release, hasBtf, hasCgroups2 }: Kernel): string | undefined {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  if (major < MINIMUM.major || (major === MINIMUM.major && minor < MINIMUM.minor))
    return `its kernel is ${release}, and ${MINIMUM.major}.${MINIMUM.minor} or newer is needed`;
  if (!hasBtf)
    return `its kernel ${release} does not describe its types (there is no /sys/kernel/btf/vmlinux)`;
  if (!hasCgroups2) return 'its cgroups are not of version 2 alone';
  return undefined;
}

const DNS = 53;

/** What an operator should know who does not read of it elsewhere. */
export function warnOfIsolation(settings: InfraSettings, { nameservers }: Kernel): string[] {
  if (settingOf(settings, 'isolation') === 'off')
    return [
      'with --isolation off containers reach those of other repositories, and what listens on this server alone',
    ];
  const reachable = loopbackPorts(settingOf(settings, 'loopbackPorts'));
  // Docker gives containers the servers behind systemd's resolver instead.
  const silent = nameservers.filter(
    (address) =>
      address !== '127.0.0.53' && !reachable.some((one) => one.address === address && one.port === DNS),
  );
  return silent.map(
    (address) =>
      `the server's name server is ${address}, which containers do not reach: let them with --loopback-ports ${address}:${DNS}`,
  );
}
