import { access, constants, realpath } from 'node:fs/promises';
import {
  createsContainers,
  needsProject,
  reachOf,
  readComposeArguments,
  readScale,
  writeComposeArguments,
} from '../core/compose/arguments.ts';
import { composeEnvironment } from '../core/compose/environment.ts';
import { describeChanges } from '../core/compose/notices.ts';
import { refuseReplicas } from '../core/compose/replicas.ts';
import { withoutShims } from '../core/infra/shims.ts';
import { readNetworkId } from '../core/network/subnet.ts';
import { Refusal } from '../core/refusal.ts';
import { type RepositoryRecord, recordOfFolder } from '../core/repository/record.ts';
import { hasCode } from '../edges/files.ts';
import { become, type Environment, findExecutable } from '../edges/process.ts';
import { readRecords } from '../edges/records.ts';
import { refuseBreakouts } from './breakouts.ts';
import { prepareProject } from './compose-project.ts';

export type ComposeOptions = {
  readonly args: readonly string[];
  readonly runDir: string;
  readonly networkId?: string;
  readonly environment: Environment;
  readonly warn: (line: string) => void;
};

/**
 * `renet compose -- <docker compose arguments>`: `docker compose` on the repository's own daemon, with the address, labels
 * and names that its services need. Becomes `docker`; does not return.
 */
export async function compose(given: ComposeOptions): Promise<never> {
  // A Rediaccfile that calls renet is to get docker itself.
  const options = { ...given, environment: withoutShims(given.environment) };
  const docker = findExecutable('docker', options.environment['PATH']);
  if (docker === undefined) throw dockerMissing();
  const args = readComposeArguments(options.args);
  if (!needsProject(args)) become(docker, ['compose', ...options.args], options.environment);
  const record = await findRepository(options);
  const project = await prepareProject({ docker, args, record, environment: options.environment });
  await refuseBreakouts(project, record, reachOf(args));
  if (createsContainers(args)) {
    refuseReplicas(project.services, readScale(args));
    for (const change of describeChanges(project.services)) options.warn(`renet: ${change}`);
  }
  return become(
    docker,
    writeComposeArguments(args, project.files),
    composeEnvironment(options.environment, record, project.addresses),
  );
}

function dockerMissing(): Refusal {
  return new Refusal(
    'docker-missing',
    'there is no docker on the PATH',
    'Install it: apt-get install docker.io (Debian 13 and Ubuntu also: docker-compose or docker-compose-v2).',
  );
}

/** The repository that the option, the environment or the working folder stands for. */
async function findRepository({ runDir, networkId, environment }: ComposeOptions): Promise<RepositoryRecord> {
  const records = await readRecords(runDir);
  const asked = networkId ?? environment['REPOSITORY_NETWORK_ID'];
  const folder = await realpath(process.cwd());
  const record =
    asked === undefined
      ? recordOfFolder(records, folder)
      : records.find((one) => one.networkId === readNetworkId(asked));
  if (record === undefined) throw notRunning(asked === undefined ? folder : `network id ${asked}`, records);
  await refuseUnreachable(record);
  return record;
}

function notRunning(what: string, records: readonly RepositoryRecord[]): Refusal {
  const running = records.map(({ name, path }) => `${name} (${path})`).join(', ') || 'none';
  return new Refusal(
    'repository-not-running',
    `no Docker daemon runs for ${what}; repositories that run: ${running}`,
    "Start it with 'renet local <folder>', or change to the folder of one that runs.",
  );
}

/** Compose says itself that a daemon does not answer, but not why one may not ask it. */
async function refuseUnreachable({ socket, name }: RepositoryRecord): Promise<void> {
  try {
    await access(socket, constants.R_OK | constants.W_OK);
  } catch (error) {
    if (!hasCode(error, 'EACCES')) return;
    throw new Refusal(
      'not-permitted',
      `you may not use the Docker daemon of '${name}' (${socket}): whoever may is as good as root`,
      'Run the command with sudo.',
    );
  }
}
