import { rm } from 'node:fs/promises';
import { repositoryPlaces } from '../../core/repository/places.ts';
import { DEFAULT_STATE_DIR, routerStateDir } from '../../core/repository/record.ts';
import { readSeconds } from '../../core/repository/time.ts';
import { changeDecisions } from '../decisions.ts';
import { stopDaemon } from './daemon.ts';
import { saveDefinition, takeRepository } from './definitions.ts';
import { takeDown } from './down.ts';
import { removeStorage } from './storage.ts';

export type DeleteOptions = {
  readonly timeout: string;
  readonly print: (line: string) => void;
};

/** `renet repo delete`: takes a repository down, and everything of it away. One that was cut off is completed. */
export async function deleteRepository(name: string, options: DeleteOptions): Promise<void> {
  const timeout = readSeconds('--timeout', options.timeout);
  process.on('SIGHUP', () => {});
  const { print } = options;
  await using taken = await takeRepository(name, print, (whatever) => whatever);
  const { one } = taken;
  const { networkId } = one;
  if (one.state === 'ready') {
    // Its own words fail in their own ways, and what goes is gone anyway.
    await takeDown(one, { timeout, print }).catch((error: Error) => print(`warning: ${error.message}`));
  }
  await saveDefinition({ ...one, state: 'deleting', wanted: 'down' });
  await stopDaemon(one);
  await removeStorage(one);
  await changeDecisions(routerStateDir(DEFAULT_STATE_DIR), (decisions) => ({
    ...decisions,
    trusted: new Set([...decisions.trusted].filter((id) => id !== networkId)),
    deleted: new Map([...decisions.deleted, [networkId, Date.now()]]),
  }));
  // Last: until then another delete completes this one.
  await rm(repositoryPlaces(one).definition, { force: true });
  print(`${one.name} is gone, with its data, its hosts and its ports`);
}
