import { Refusal } from '../refusal.ts';
import { isAtLeast, MINIMUM_COMPOSE, readVersion } from '../repository/versions.ts';
import type { Facts } from './facts.ts';

/** What a server needs of its distribution: how it is recognised, and the package that has it on Debian and Ubuntu. */
type Need = {
  readonly name: string;
  readonly isThere: (facts: Facts) => boolean;
  readonly debian: string;
  readonly ubuntu: string;
};

const command = (name: string, debian: string, ubuntu = debian): Need => ({
  name,
  isThere: ({ commands }) => commands.has(name),
  debian,
  ubuntu,
});

const NEEDS: readonly Need[] = [
  command('dockerd', 'docker.io'),
  command('containerd', 'containerd'),
  command('docker', 'docker-cli', 'docker.io'),
  {
    name: `docker compose ${MINIMUM_COMPOSE}`,
    isThere: ({ compose }) => isAtLeast(readVersion(compose ?? '') ?? '0', MINIMUM_COMPOSE),
    debian: 'docker-compose',
    ubuntu: 'docker-compose-v2',
  },
  command('openssl', 'openssl'),
  command('logrotate', 'logrotate'),
  command('mkfs.ext4', 'e2fsprogs'),
  command('bpftool', 'bpftool'),
  command('libatomic.so.1', 'libatomic1'),
];

/** Names of systems whose packages are known, with the first version of each. */
const SYSTEMS: Readonly<Record<string, number>> = { debian: 12, ubuntu: 24.04 };

/**
 * The packages to install.
 *
 * @throws Refusal on a system whose packages are not known, when something is missing there
 */
export function missingPackages(facts: Facts): string[] {
  const missing = NEEDS.filter(({ isThere }) => !isThere(facts));
  if (missing.length === 0) return [];
  const { id, version, name } = facts.system;
  if (!(Number(version) >= (SYSTEMS[id] ?? Number.POSITIVE_INFINITY)) || !facts.commands.has('apt-get')) {
    throw new Refusal(
      'system-unknown',
      `the server (${name || 'an unknown system'}) lacks ${missing.map((need) => need.name).join(', ')}, and push-infra installs packages only on Debian 12, Ubuntu 24.04 and newer`,
      'Install them there, and push again.',
    );
  }
  const packages = missing.map(({ debian, ubuntu }) => (id === 'ubuntu' ? ubuntu : debian));
  return [...new Set(id === 'debian' && version === '12' ? packages.map(onDebian12) : packages)];
}

/** Its docker.io has the client; its docker-compose is version 1, and Debian 13's needs nothing but libc. */
function onDebian12(name: string): string {
  if (name === 'docker-cli') return 'docker.io';
  return name === 'docker-compose' ? 'docker-compose/trixie' : name;
}
