import { Refusal, type RefusalCode } from '../core/refusal.ts';
import {
  isAtLeast,
  MINIMUM_BPFTOOL,
  MINIMUM_COMPOSE,
  MINIMUM_DOCKER,
  MINIMUM_TRAEFIK,
  readVersion,
} from '../core/repository/versions.ts';
import { findExecutable, run } from '../edges/process.ts';

type Requirement = {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly minimum: string;
  readonly missing: RefusalCode;
  readonly old: RefusalCode;
  /** How to get it. */
  readonly fix: string;
};

const DOCKER: Requirement = {
  name: 'Docker',
  command: ['dockerd', '--version'],
  minimum: MINIMUM_DOCKER,
  missing: 'docker-missing',
  old: 'docker-too-old',
  fix: 'Install it: apt-get install docker.io.',
};
const COMPOSE: Requirement = {
  name: 'Docker Compose',
  command: ['docker', 'compose', 'version', '--short'],
  minimum: MINIMUM_COMPOSE,
  missing: 'docker-missing',
  old: 'compose-too-old',
  fix: 'Install it: apt-get install docker-compose (Debian 13) or docker-compose-v2 (Ubuntu); on Debian 12 scripts/setup gets it.',
};
const TRAEFIK: Requirement = {
  name: 'Traefik',
  command: ['traefik', 'version'],
  minimum: MINIMUM_TRAEFIK,
  missing: 'traefik-missing',
  old: 'traefik-too-old',
  fix: 'Run scripts/setup, or put a release of Traefik on the PATH as traefik.',
};

const BPFTOOL: Requirement = {
  name: 'bpftool',
  command: ['bpftool', 'version'],
  minimum: MINIMUM_BPFTOOL,
  missing: 'isolation-unavailable',
  old: 'isolation-unavailable',
  fix: 'Install it: apt-get install bpftool (Debian) or linux-tools-generic (Ubuntu). Or, for stacks that trust each other: --isolation off.',
};

/** Refuses to go on without the programs that a repository's daemon and the proxy need. */
export async function requirePrograms(isIsolated: boolean): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Refusal(
      'not-root',
      'Docker daemons can be started by root alone',
      'Run the command with sudo.',
    );
  }
  await Promise.all([DOCKER, COMPOSE, TRAEFIK, ...(isIsolated ? [BPFTOOL] : [])].map(requireProgram));
}

async function requireProgram({ name, command, minimum, missing, old, fix }: Requirement): Promise<void> {
  if (findExecutable(command[0]) === undefined) {
    throw new Refusal(missing, `${name} is missing: there is no ${command[0]} on the PATH`, fix);
  }
  const { stdout } = await run(command);
  const version = readVersion(stdout);
  if (version === undefined)
    throw new Refusal(missing, `${name} is missing: '${command.join(' ')}' fails`, fix);
  if (isAtLeast(version, minimum)) return;
  throw new Refusal(old, `${name} ${version} is too old: it must be ${minimum} or newer`, fix);
}
