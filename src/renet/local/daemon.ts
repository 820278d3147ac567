import { mkdir } from 'node:fs/promises';
import { cgroupFlags } from '../../core/isolation/fence.ts';
import { Refusal } from '../../core/refusal.ts';
import {
  containerdCommand,
  containerdConfigPath,
  containerdPidPath,
  containerdSocket,
  type DaemonPlaces,
  dockerdCommand,
  renderContainerdConfig,
} from '../../core/repository/daemon.ts';
import { endingWithParent } from '../../core/repository/launch.ts';
import { writeWhole } from '../../edges/files.ts';
import { get } from '../../edges/http.ts';
import { lockFolder } from '../../edges/lock.ts';
import { connects } from '../../edges/socket.ts';
import { removeTraces } from '../daemon-traces.ts';
import { enterFence, fenced, type LocalFence } from './fence.ts';
import { DOCKERD_PATIENCE, endContainers, endLeftovers, waitForShims } from './leftovers.ts';
import { type Part, type Running, startPart, stopPart, waitUntilReady } from './part.ts';

const CONTAINERD_PATIENCE = 10_000;
const PING_TIMEOUT = 1_000;

export type StartingDaemon = Running & {
  /** What keeps the repository apart from others; without it nothing does. */
  readonly fence?: LocalFence;
  /** More of dockerd's. */
  readonly flags?: readonly string[];
};

/**
 * Starts a repository's containerd and dockerd.
 *
 * @returns the processes, for whoever watches over them
 */
export async function startDaemon(
  name: string,
  places: DaemonPlaces,
  running: StartingDaemon,
): Promise<Part[]> {
  const { stack, fence } = running;
  await mkdir(places.stateDir, { recursive: true });
  const lock = await lockFolder(places.stateDir, false);
  if (lock === undefined) {
    throw new Refusal(
      'repository-running',
      `another renet already runs '${name}' (network id ${places.networkId})`,
      'Stop that one first.',
    );
  }
  stack.defer(lock.release);
  await endLeftovers(places);
  stack.defer(() => removeTraces(places));
  await writeWhole(containerdConfigPath(places), renderContainerdConfig(places));
  if (fence) await enterFence(fence, places.networkId, stack);
  const containerd = await startContainerd(name, places, running);
  return [containerd, await startDockerd(name, places, running)];
}

/** Starts the Docker daemon alone, where its containerd runs. */
export async function startDockerd(
  name: string,
  places: DaemonPlaces,
  { stack, stop, flags = [], fence }: StartingDaemon,
): Promise<Part> {
  const { networkId } = places;
  const command = endingWithParent([
    ...dockerdCommand(places),
    ...(fence ? cgroupFlags(fence, networkId) : []),
    ...flags,
  ]);
  const dockerd = await startPart({
    name: `dockerd of ${name}`,
    ...fenced(fence, networkId, command),
    log: `${places.stateDir}/logs/dockerd.log`,
  });
  stack.defer(() => stopPart(dockerd, DOCKERD_PATIENCE));
  await waitUntilReady(
    dockerd,
    async () => {
      const { status } = await get({ socketPath: places.socket }, '/_ping', PING_TIMEOUT);
      return status === 200;
    },
    stop,
  );
  return dockerd;
}

/** It must outlive dockerd, which needs it to stop containers; so it does not end with us, but is found by its pid. */
async function startContainerd(
  name: string,
  places: DaemonPlaces,
  { stack, stop, fence }: StartingDaemon,
): Promise<Part> {
  const part = await startPart({
    name: `containerd of ${name}`,
    ...fenced(fence, places.networkId, containerdCommand(places)),
    log: `${places.stateDir}/logs/containerd.log`,
  });
  stack.defer(() => waitForShims(places));
  stack.defer(() => stopPart(part, CONTAINERD_PATIENCE));
  stack.defer(() => endContainers(places));
  await writeWhole(containerdPidPath(places), `${part.child.pid ?? ''}\n`);
  await waitUntilReady(part, () => connects(containerdSocket(places)), stop);
  return part;
}
