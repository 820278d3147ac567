import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container } from '../core/labels/container.ts';
import type { SavedDaemon } from '../core/labels/saved-containers.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import { readRecord, recordPath } from '../core/repository/record.ts';
import { connectDocker } from '../edges/docker.ts';
import { readText } from '../edges/files.ts';
import { coalesce } from './coalesce.ts';
import { type DaemonView, DaemonWatch } from './daemon.ts';
import { type SocketFolder, type Sockets, watchSocketFolder } from './socket-folder.ts';

/** A daemon with what is known of its repository. */
export type ObservedDaemon = DaemonView & {
  /** The repository's name, where `renet` has left a record of it. */
  readonly repository?: string;
};

export type ObserverOptions = {
  /** Pattern of the daemons' sockets. */
  readonly sockets: string;
  /** How long a daemon may take to answer, in milliseconds. */
  readonly timeout: number;
  readonly grace: number;
  /** What outlives a restart. */
  readonly memory: DaemonMemory;
  readonly onEvent: () => void;
  /** A daemon has answered at the start, while others have not: until `complete` there is time to read what it has. */
  readonly onFirstAnswer: (daemon: DaemonView) => void;
  readonly onChange: () => void;
};

export type DaemonMemory = {
  readonly daemons: () => readonly SavedDaemon[];
  readonly saveDaemon: (daemon: SavedDaemon) => void;
  readonly forgetDaemon: (id: NetworkId) => void;
};

type Known = { readonly watch: DaemonWatch; readonly repository?: string };

/** Watches the socket folder and every daemon in it, and those that were there before the last restart. */
export class DaemonObserver {
  /** Settles when each daemon there at the start has been listed, or has failed to answer. */
  readonly complete: Promise<void>;
  readonly #options: ObserverOptions;
  readonly #runDir: string;
  readonly #known = new Map<NetworkId, Known>();
  readonly #saved: Map<NetworkId, SavedDaemon>;
  readonly #first = Promise.withResolvers<void>();
  #isComplete = false;
  #remembered: ReadonlyMap<NetworkId, readonly Container[]> = new Map();
  #present: Sockets = new Map();
  #folder: SocketFolder | undefined;

  private constructor(options: ObserverOptions) {
    this.#options = options;
    this.#runDir = dirname(options.sockets);
    this.#saved = new Map(options.memory.daemons().map((daemon) => [daemon.networkId, daemon]));
    const patience = sleep(options.timeout, undefined, { ref: false });
    this.complete = Promise.race([this.#first.promise, patience]).then(() => {
      this.#isComplete = true;
      // Before, saving would only delay the first document.
      this.#remember();
    });
  }

  static async start(options: ObserverOptions): Promise<DaemonObserver> {
    const observer = new DaemonObserver(options);
    observer.#folder = await watchSocketFolder(options.sockets, () => void observer.#scan());
    await observer.#scan();
    observer.#notify();
    return observer;
  }

  /** In the order of network ids. */
  daemons(): ObservedDaemon[] {
    return [...this.#known.values()]
      .map(({ watch, repository }) => ({ ...watch.view(), ...named(repository) }))
      .filter(({ networkId, containers }) => this.#present.has(networkId) || containers.length > 0)
      .sort((a, b) => a.networkId - b.networkId);
  }

  /** Looks at every daemon again, although nothing has told of a change. */
  readonly lookAgain = async (): Promise<void> => {
    await this.#scan();
    for (const { watch } of this.#known.values()) if (watch.view().state === 'up') watch.listAll();
  };

  close(): void {
    this.#folder?.close();
    for (const { watch } of this.#known.values()) watch.close();
  }

  readonly #scan = coalesce(async () => {
    const folder = this.#folder;
    if (folder === undefined) return;
    this.#present = await folder.list();
    await Promise.all([...this.#known].map(([id, daemon]) => this.#settle(id, daemon)));
    await Promise.all([...this.#known].map(([id, daemon]) => this.#learnName(id, daemon)));
    const saved = [...this.#saved.keys()].map((id) => [id, folder.socketOf(id)] as const);
    const wanted = [...new Map([...saved, ...this.#present])].filter(([id]) => !this.#known.has(id));
    await Promise.all(wanted.map(([id, socket]) => this.#begin(id, socket)));
  });

  async #begin(networkId: NetworkId, socket: string): Promise<void> {
    const { timeout, grace, memory, onEvent } = this.#options;
    const before = this.#saved.get(networkId);
    this.#saved.delete(networkId);
    const repository = await readRepositoryName(this.#runDir, networkId);
    const isDown = before?.repository !== undefined && repository === undefined;
    const saved = isDown ? [] : (before?.containers ?? []);
    if (!this.#present.has(networkId) && saved.length === 0) return memory.forgetDaemon(networkId);
    const client = connectDocker(socket, timeout);
    const onChange = (view: DaemonView): void => {
      if (!this.#isComplete && view.state === 'up') this.#options.onFirstAnswer(view);
      this.#notify();
    };
    const watch = new DaemonWatch({ networkId, socket, client, grace, saved, onEvent, onChange });
    this.#known.set(networkId, { watch, ...named(repository) });
  }

  /** What `renet` took down goes at once; a daemon that only lost its socket may come back. */
  async #settle(networkId: NetworkId, { watch, repository }: Known): Promise<void> {
    if (this.#present.has(networkId)) return watch.retry();
    const isDown =
      repository !== undefined && (await readRepositoryName(this.#runDir, networkId)) === undefined;
    if (!isDown && watch.view().containers.length > 0) return;
    watch.close();
    this.#known.delete(networkId);
    this.#notify();
  }

  /** Its record may come later than its socket. */
  async #learnName(networkId: NetworkId, { watch, repository }: Known): Promise<void> {
    if (repository !== undefined) return;
    const name = await readRepositoryName(this.#runDir, networkId);
    if (name !== undefined) this.#known.set(networkId, { watch, repository: name });
  }

  #notify(): void {
    if (this.#isComplete) this.#remember();
    else if ([...this.#known.values()].every(({ watch }) => watch.view().state !== 'connecting')) {
      this.#first.resolve();
    }
    this.#options.onChange();
  }

  /** Saves a daemon when its containers have changed. */
  #remember(): void {
    const { memory } = this.#options;
    const now = new Map([...this.#known].map(([id, { watch }]) => [id, watch.view().containers]));
    for (const [networkId, containers] of now) {
      if (this.#remembered.get(networkId) === containers) continue;
      const repository = this.#known.get(networkId)?.repository;
      if (containers.length === 0) memory.forgetDaemon(networkId);
      else memory.saveDaemon({ networkId, containers, ...named(repository) });
    }
    for (const id of this.#remembered.keys()) if (!now.has(id)) memory.forgetDaemon(id);
    this.#remembered = now;
  }
}

function named(repository: string | undefined): { repository?: string } {
  return repository === undefined ? {} : { repository };
}

async function readRepositoryName(runDir: string, id: NetworkId): Promise<string | undefined> {
  const text = await readText(recordPath(runDir, id));
  return text === undefined ? undefined : readRecord(text).name;
}
