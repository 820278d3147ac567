import { Refusal } from '../../core/refusal.ts';
import type { Definition } from '../../core/repository/definition.ts';
import { repositoryUnits } from '../../core/repository/places.ts';
import { readSeconds } from '../../core/repository/time.ts';
import { systemctl } from '../../edges/systemd.ts';
import { Steps } from '../steps.ts';
import { startDaemon, stopContainers, stopDaemon } from './daemon.ts';
import { saveDefinition, takeRepository } from './definitions.ts';
import { findCalls, runCalls } from './functions.ts';
import { isMounted, unmountRepository } from './storage.ts';

export type DownOptions = {
  readonly unmount?: true;
  readonly timeout: string;
  readonly print: (line: string) => void;
};

/**
 * `renet repo down`: calls the Rediaccfiles, and stops what they have left. The data stays.
 *
 * @returns whether all functions have worked
 */
export async function downRepository(name: string, options: DownOptions): Promise<boolean> {
  const timeout = readSeconds('--timeout', options.timeout);
  process.on('SIGHUP', () => {});
  await using taken = await takeRepository(name, options.print);
  const { one } = taken;
  return takeDown(one, { ...options, timeout });
}

type Taking = Omit<DownOptions, 'timeout'> & { readonly timeout: number };

/** Also what was only half up, or half down. */
export async function takeDown(one: Definition, { unmount, timeout, print }: Taking): Promise<boolean> {
  await saveDefinition({ ...one, wanted: 'down', unfinished: 'down' });
  if (one.wanted === 'up') await systemctl('disable', '--quiet', repositoryUnits(one.networkId).boot);
  const steps = new Steps(print);
  const failures: string[] = [];
  if (await isMounted(one)) {
    // What is to go down needs its daemon for it, and its record.
    await startDaemon(one);
    const called = await runCalls(one, await callsToEnd(one), { print, timeout });
    for (const { title, seconds, failure } of called) {
      steps.add({ title, seconds });
      if (failure !== undefined) failures.push(failure);
    }
    const left = await steps.take('containers stopped', () => stopContainers(one));
    if (left.length > 0) print(`stopped what down() has left: ${left.join(', ')}`);
  }
  if (unmount) {
    await steps.take('daemon stopped', () => stopDaemon(one));
    await steps.take('unmounted', () => unmountRepository(one));
  }
  await saveDefinition({ ...one, wanted: 'down', unfinished: undefined });
  for (const failure of failures) print(`wrong: ${failure}`);
  return failures.length === 0;
}

/** A repository without any file goes down, too. */
async function callsToEnd(one: Definition): ReturnType<typeof findCalls> {
  try {
    return await findCalls(one, 'down');
  } catch (error) {
    if (error instanceof Refusal && error.code === 'repository-empty') return [];
    throw error;
  }
}
