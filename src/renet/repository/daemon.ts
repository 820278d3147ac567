import { rm } from 'node:fs/promises';
import { Failure } from '../../core/refusal.ts';
import { daemonPlaces } from '../../core/repository/daemon.ts';
import type { Definition } from '../../core/repository/definition.ts';
import { RUN_DIR, recordOf, repositoryPlaces, repositoryUnits } from '../../core/repository/places.ts';
import { DEFAULT_RUN_DIR, DEFAULT_STATE_DIR, recordPath, writeRecord } from '../../core/repository/record.ts';
import { connectDocker, type DockerClient } from '../../edges/docker.ts';
import { writeWhole } from '../../edges/files.ts';
import { type Environment, run } from '../../edges/process.ts';
import { journalOf, systemctl, unitStates } from '../../edges/systemd.ts';
import { removeTraces } from '../daemon-traces.ts';

/** How long a daemon may take for an answer, in milliseconds. */
const TIMEOUT = 10_000;
const SHOWN_LINES = 10;

export function dockerOf(one: Definition): DockerClient {
  return connectDocker(recordOf(one).socket, TIMEOUT);
}

/** For a docker client that is to ask the repository's daemon. */
export function environmentFor(one: Definition, base: Environment = process.env): Environment {
  return { ...base, DOCKER_HOST: `unix://${recordOf(one).socket}` };
}

export async function isDaemonUp({ networkId }: Definition): Promise<boolean> {
  const { docker } = repositoryUnits(networkId);
  return (await unitStates([docker])).get(docker)?.active === 'active';
}

/** Starts the Docker daemon of a repository that is mounted, or leaves it running. */
export async function startDaemon(one: Definition): Promise<void> {
  const { socket, docker, containers, containerd } = repositoryUnits(one.networkId);
  const since = Date.now() / 1000;
  // Before the daemon: the route server looks for it when the socket appears.
  await writeWhole(recordPath(DEFAULT_RUN_DIR, one.networkId), writeRecord(recordOf(one)));
  try {
    await systemctl('start', socket, docker, containers);
  } catch (error) {
    const logs = await Promise.all([docker, containerd].map((unit) => journalOf(unit, since)));
    const said = logs.flatMap((lines) => lines.slice(-SHOWN_LINES)).join('\n');
    throw new Failure(
      'daemon-failed',
      `the Docker daemon of '${one.name}' does not start`,
      `${said}\n${error instanceof Failure ? error.details : ''}`.trim(),
    );
  }
}

/** Stops its containers in order, then the daemon. Its routes go at once, since the record goes first. */
export async function stopDaemon({ networkId }: Definition): Promise<void> {
  const { socket, docker, containers, containerd, scope } = repositoryUnits(networkId);
  await rm(recordPath(DEFAULT_RUN_DIR, networkId), { force: true });
  // One that a renet which was killed has left.
  await run(['systemctl', 'stop', scope]);
  await systemctl('stop', containers);
  // The socket with it, or the next connection would start it again.
  await systemctl('stop', socket, docker, containerd);
  await removeTraces(daemonPlaces({ runDir: RUN_DIR, stateDir: DEFAULT_STATE_DIR }, networkId));
}

/** Stops all containers of a daemon as Compose does: those that depend on others first. */
export async function stopContainers(one: Definition): Promise<string[]> {
  const running = (await dockerOf(one).states()).filter(({ status }) =>
    ['running', 'restarting', 'paused'].includes(status),
  );
  const projects = new Set(running.flatMap(({ labels }) => labels['com.docker.compose.project'] ?? []));
  const environment = environmentFor(one);
  const stop = (...words: string[]): Promise<unknown> =>
    run(['docker', ...words], { environment, cwd: repositoryPlaces(one).folder });
  await Promise.all([...projects].map((project) => stop('compose', '--project-name', project, 'stop')));
  const others = running.filter(({ labels }) => labels['com.docker.compose.project'] === undefined);
  if (others.length > 0) await stop('stop', ...others.map(({ id }) => id));
  return running.map(({ name }) => name);
}
