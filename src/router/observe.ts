import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NetworkId } from '../core/network/subnet.ts';
import { readRecord, recordPath } from '../core/repository/record.ts';
import { connectDocker } from '../edges/docker.ts';
import { readText } from '../edges/files.ts';
import { coalesce } from './coalesce.ts';
import { type DaemonView, DaemonWatch } from './daemon.ts';
import { type Sockets, watchSocketFolder } from './socket-folder.ts';

/** A daemon with what is known of its repository. */
export type ObservedDaemon = DaemonView & {
  /** The repository's name, where `renet` has left a record of it. */
  readonly repository?: string;
};

export type Observer = {
  /** In the order of network ids. */
  readonly daemons: () => readonly ObservedDaemon[];
  /** Settles when each daemon there at the start has been listed, or has failed to answer. */
  readonly complete: Promise<void>;
  readonly close: () => void;
};

export type ObserverOptions = {
  /** Pattern of the daemons' sockets. */
  readonly sockets: string;
  /** How long a daemon may take to answer, in milliseconds. */
  readonly timeout: number;
  readonly grace: number;
  readonly onChange: () => void;
};

type Known = { readonly watch: DaemonWatch; readonly repository?: string };

/** Watches the socket folder and every daemon in it. */
export async function observeDaemons(options: ObserverOptions): Promise<Observer> {
  const { timeout, grace } = options;
  const runDir = dirname(options.sockets);
  const known = new Map<NetworkId, Known>();
  let present: Sockets = new Map();
  const first = Promise.withResolvers<void>();
  const notify = (): void => {
    if (everyListed(known)) first.resolve();
    options.onChange();
  };
  const begin = async (networkId: NetworkId, socket: string): Promise<void> => {
    const repository = await readRepositoryName(runDir, networkId);
    const client = connectDocker(socket, timeout);
    const watch = new DaemonWatch({ networkId, socket, client, grace, onChange: notify });
    known.set(networkId, { watch, ...(repository === undefined ? {} : { repository }) });
  };
  /** What `renet` took down goes at once; a daemon that only lost its socket may come back. */
  const settle = async (networkId: NetworkId, { watch, repository }: Known): Promise<void> => {
    if (present.has(networkId)) return watch.retry();
    const takenDown = repository !== undefined && (await readRepositoryName(runDir, networkId)) === undefined;
    if (!takenDown && watch.view().containers.length > 0) return;
    watch.close();
    known.delete(networkId);
    notify();
  };
  const scan = coalesce(async () => {
    present = await folder.list();
    await Promise.all([...known].map(([id, daemon]) => settle(id, daemon)));
    await Promise.all([...present].filter(([id]) => !known.has(id)).map(([id, socket]) => begin(id, socket)));
  });
  const folder = await watchSocketFolder(options.sockets, () => void scan());
  await scan();
  notify();
  return {
    complete: Promise.race([first.promise, sleep(timeout, undefined, { ref: false })]),
    close: () => {
      folder.close();
      for (const { watch } of known.values()) watch.close();
    },
    daemons: () =>
      [...known.values()]
        .map(({ watch, repository }) => ({
          ...watch.view(),
          ...(repository === undefined ? {} : { repository }),
        }))
        .filter(({ networkId, containers }) => present.has(networkId) || containers.length > 0)
        .sort((a, b) => a.networkId - b.networkId),
  };
}

function everyListed(known: ReadonlyMap<NetworkId, Known>): boolean {
  return [...known.values()].every(({ watch }) => watch.view().state !== 'connecting');
}

async function readRepositoryName(runDir: string, id: NetworkId): Promise<string | undefined> {
  const text = await readText(recordPath(runDir, id));
  return text === undefined ? undefined : readRecord(text).name;
}
