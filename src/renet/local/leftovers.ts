import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  containerdPidPath,
  containerdSocket,
  type DaemonPlaces,
  dockerPidPath,
} from '../../core/repository/daemon.ts';
import { hasCode, readText } from '../../edges/files.ts';
import { listProcesses } from '../../edges/proc.ts';
import { removeTraces } from '../daemon-traces.ts';

/** How long dockerd may take to stop its containers, in milliseconds: each gets ten seconds, unless it asks for more. */
export const DOCKERD_PATIENCE = 60_000;

/**
 * Ends whatever a renet that was killed has left running: dockerd ends by itself then, and its containers with it; containerd
 * has to be told.
 */
export async function endLeftovers(places: DaemonPlaces): Promise<void> {
  await waitForEnd(await findOurs(dockerPidPath(places), places));
  const containerd = await findOurs(containerdPidPath(places), places);
  if (containerd !== undefined) signal(containerd, 'SIGTERM');
  await waitForEnd(containerd);
  await endContainers(places);
  await removeTraces(places);
}

/**
 * Ends containers that outlived their daemon, as they do when it is killed. Their shims are known by containerd's address on
 * their command line; a shim's child is the container's first process, with which the whole container ends.
 */
export async function endContainers(places: DaemonPlaces): Promise<void> {
  for (const shim of await findProcesses('containerd-shim', containerdSocket(places))) {
    const children = (await readText(`/proc/${shim}/task/${shim}/children`)) ?? '';
    for (const pid of [...children.trim().split(' ').filter(Boolean).map(Number), shim])
      signal(pid, 'SIGKILL');
    await waitForEnd(shim);
  }
}

/** containerd cleans up after a shim that was killed by another one (`… delete`), which may go on when containerd has ended. */
export async function waitForShims(places: DaemonPlaces): Promise<void> {
  for (const shim of await findProcesses('containerd-shim', containerdSocket(places))) await waitForEnd(shim);
}

async function findProcesses(...words: string[]): Promise<number[]> {
  const pids = await listProcesses();
  const commands = await Promise.all(pids.map(readCommand));
  return pids.filter((_, i) => words.every((word) => commands[i]?.includes(word)));
}

/** The process of a pid file, if it still is what the file was written for. */
async function findOurs(pidFile: string, { runDir }: DaemonPlaces): Promise<number | undefined> {
  const pid = Number((await readText(pidFile))?.trim() || 0);
  return pid > 0 && (await readCommand(pid)).includes(runDir) ? pid : undefined;
}

/** Empty when there is no such process, or nothing is left of it but its exit code. */
async function readCommand(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}

async function waitForEnd(pid: number | undefined): Promise<void> {
  const end = Date.now() + DOCKERD_PATIENCE;
  while (pid !== undefined && (await readCommand(pid)) !== '') {
    if (Date.now() > end) signal(pid, 'SIGKILL');
    await sleep(20);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}
