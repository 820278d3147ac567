import { rm } from 'node:fs/promises';
import { subnet } from '../../core/network/subnet.ts';
import { type DaemonPlaces, daemonPlaces } from '../../core/repository/daemon.ts';
import type { Permissions } from '../../core/repository/permissions.ts';
import { recordPath, writeRecord } from '../../core/repository/record.ts';
import { writeWhole } from '../../edges/files.ts';
import { type StartingDaemon, startDaemon } from './daemon.ts';
import { assignNetworkIds } from './network-ids.ts';
import { disposeTogether, type Part } from './part.ts';
import type { Repository } from './repositories.ts';

export type Starting = StartingDaemon & {
  /** Does a piece of work, and prints how long it took. */
  readonly step: <T>(what: string, work: () => Promise<T>) => Promise<T>;
};

/** A Docker daemon for each repository, all at the same time. */
export async function startDaemons(
  repositories: readonly Repository[],
  dirs: { readonly runDir: string; readonly stateDir: string; readonly permissions: Permissions },
  { step, stack, ...running }: Starting,
): Promise<Part[]> {
  const paths = repositories.map(({ path }) => path);
  const ids = await assignNetworkIds(dirs.stateDir, paths);
  const starting = repositories.map((repository) => {
    const places = daemonPlaces(dirs, ids.get(repository.path) ?? 0);
    const title = `${repository.name}: Docker daemon ${places.networkId} (${subnet(places.networkId)})`;
    const record = recordPath(dirs.runDir, places.networkId);
    const own = new AsyncDisposableStack();
    const parts = step(title, () =>
      startRepository(
        repository,
        { ...places, record, permissions: dirs.permissions },
        { ...running, stack: own },
      ),
    );
    return { own, parts };
  });
  disposeTogether(
    stack,
    starting.map(({ own }) => own),
  );
  const settled = await Promise.allSettled(starting.map(({ parts }) => parts));
  return settled.flatMap((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function startRepository(
  repository: Repository,
  places: DaemonPlaces & { readonly record: string; readonly permissions: Permissions },
  running: StartingDaemon,
): Promise<Part[]> {
  const { networkId, socket, stateDir, record, permissions } = places;
  const forget = () => rm(record, { force: true });
  running.stack.defer(forget);
  // Before the daemon: the route server looks for it when the socket appears, and takes its end for that of the repository.
  await writeWhole(
    record,
    writeRecord({ ...repository, networkId, socket, stateDir, permissions: [...permissions] }),
  );
  const parts = await startDaemon(repository.name, places, running);
  running.stack.defer(forget);
  return parts;
}
