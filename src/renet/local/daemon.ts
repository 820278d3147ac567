import { mkdir, readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../core/refusal.ts';
import {
  containerdCommand,
  containerdConfigPath,
  containerdPidPath,
  containerdSocket,
  type DaemonPlaces,
  dockerdCommand,
  dockerPidPath,
  renderContainerdConfig,
} from '../../core/repository/daemon.ts';
import { endingWithParent } from '../../core/repository/launch.ts';
import { readText, writeWhole } from '../../edges/files.ts';
import { get } from '../../edges/http.ts';
import { lockFolder } from '../../edges/lock.ts';
import { run } from '../../edges/process.ts';
import { connects } from '../../edges/socket.ts';
import { type Part, startPart, stopPart, waitUntilReady } from './part.ts';

/** Containers get ten seconds to end unless they ask for more, one after another in the worst case. */
const DOCKERD_PATIENCE = 60_000;
const CONTAINERD_PATIENCE = 10_000;
const PING_TIMEOUT = 1_000;

/**
 * Starts a repository's containerd and dockerd. What must be undone goes on the stack, also when a later step fails.
 *
 * @returns the processes, for whoever watches over them
 */
export async function startDaemon(
  name: string,
  places: DaemonPlaces,
  stack: AsyncDisposableStack,
): Promise<Part[]> {
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
  const containerd = await startContainerd(name, places, stack);
  const dockerd = await startPart({
    name: `dockerd of ${name}`,
    argv: endingWithParent(dockerdCommand(places)),
    log: `${places.stateDir}/logs/dockerd.log`,
  });
  stack.defer(() => stopPart(dockerd, DOCKERD_PATIENCE));
  await waitUntilReady(dockerd, async () => {
    const { status } = await get({ socketPath: places.socket }, '/_ping', PING_TIMEOUT);
    return status === 200;
  });
  return [containerd, dockerd];
}

/** It must outlive dockerd, which needs it to stop containers; so it does not end with us, but is found by its pid. */
async function startContainerd(
  name: string,
  places: DaemonPlaces,
  stack: AsyncDisposableStack,
): Promise<Part> {
  const part = await startPart({
    name: `containerd of ${name}`,
    argv: containerdCommand(places),
    log: `${places.stateDir}/logs/containerd.log`,
  });
  stack.defer(() => stopPart(part, CONTAINERD_PATIENCE));
  await writeWhole(containerdPidPath(places), `${part.child.pid ?? ''}\n`);
  await waitUntilReady(part, () => connects(containerdSocket(places)));
  return part;
}

/** Whatever a renet that was killed has left running: dockerd ends by itself then, containerd has to be told. */
async function endLeftovers(places: DaemonPlaces): Promise<void> {
  await waitForEnd(await findOurs(dockerPidPath(places), places));
  const containerd = await findOurs(containerdPidPath(places), places);
  if (containerd !== undefined) process.kill(containerd, 'SIGTERM');
  await waitForEnd(containerd);
  await removeTraces(places);
}

/** The process of a pid file, if it still is what the file was written for. */
async function findOurs(pidFile: string, { runDir }: DaemonPlaces): Promise<number | undefined> {
  const pid = Number((await readText(pidFile))?.trim() || 0);
  const command = pid > 0 ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') : '';
  return command.includes(runDir) ? pid : undefined;
}

async function waitForEnd(pid: number | undefined): Promise<void> {
  const end = Date.now() + DOCKERD_PATIENCE;
  while (pid !== undefined && (await readText(`/proc/${pid}/cmdline`).catch(() => undefined))) {
    if (Date.now() > end) process.kill(pid, 'SIGKILL');
    await sleep(50);
  }
}

/** dockerd leaves the host's network namespace mounted, and a killed one may leave more. */
async function removeTraces(places: DaemonPlaces): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${places.runDir}/`)).reverse()) {
    await run(['umount', mount]);
  }
  await rm(places.runDir, { recursive: true, force: true });
  await rm(places.socket, { force: true });
}
