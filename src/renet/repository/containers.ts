import { once } from 'node:events';
import { serviceName } from '../../core/labels/container.ts';
import { Refusal } from '../../core/refusal.ts';
import type { ContainerState } from '../../core/repository/container-state.ts';
import { type Definition, requireReady } from '../../core/repository/definition.ts';
import { repositoryPlaces } from '../../core/repository/places.ts';
import { become, type Environment, findExecutable, start } from '../../edges/process.ts';
import { requireLines } from '../lines-option.ts';
import { dockerOf, environmentFor, isDaemonUp } from './daemon.ts';
import { loadDefinition } from './definitions.ts';

export type LogsOptions = {
  readonly follow?: true;
  readonly lines: string;
  readonly environment: Environment;
};

/** `renet repo logs`: Compose's own, of each project that the repository has. */
export async function showLogs(
  name: string,
  service: string | undefined,
  { follow, lines, environment }: LogsOptions,
): Promise<void> {
  requireLines(lines);
  const one = await requireUp(name);
  const containers = await dockerOf(one).states();
  const wanted = service === undefined ? containers : [requireService(one, service, containers)];
  const projects = new Set(wanted.flatMap(({ labels }) => labels['com.docker.compose.project'] ?? []));
  const words = [
    `--tail=${lines}`,
    ...(follow ? ['--follow'] : []),
    ...(service === undefined ? [] : [service]),
  ];
  const calls = [...projects].map((project) =>
    start(['docker', 'compose', '--project-name', project, 'logs', ...words], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: environmentFor(one, environment),
      cwd: repositoryPlaces(one).folder,
    }),
  );
  await Promise.all(calls.map((call) => once(call, 'exit')));
}

/** `renet repo exec`: becomes docker; does not return. */
export async function execInService(
  name: string,
  [service = '', ...command]: readonly string[],
  environment: Environment,
): Promise<never> {
  const one = await requireUp(name);
  const container = requireService(one, service, await dockerOf(one).states());
  const docker = findExecutable('docker') ?? 'docker';
  const terminal = process.stdin.isTTY ? ['--tty'] : [];
  const words = command.length === 0 ? ['sh'] : command;
  const args = ['exec', '--interactive', ...terminal, container.id, ...words];
  return become(docker, args, environmentFor(one, environment));
}

async function requireUp(name: string): Promise<Definition> {
  const one = requireReady(await loadDefinition(name));
  if (await isDaemonUp(one)) return one;
  throw new Refusal(
    'repository-not-running',
    `'${one.name}' is not up`,
    `Bring it up: rdc repo up ${one.name} -m CONTEXT --mount.`,
  );
}

function requireService(
  one: Definition,
  service: string,
  containers: readonly ContainerState[],
): ContainerState {
  const named = containers.filter(
    (container) => serviceName(container) === service || container.name === service,
  );
  const found = named.find(({ status }) => status === 'running') ?? named[0];
  if (found !== undefined) return found;
  const there = containers.map((container) => serviceName(container)).sort();
  throw new Refusal(
    'service-unknown',
    `'${one.name}' has no container of a service '${service}'`,
    `There is ${there.join(', ') || 'none'}.`,
  );
}
