import { type FSWatcher, watch } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease } from '../core/claims/leases.ts';
import type { Ledger } from '../core/claims/ledger.ts';
import {
  CLAIMS_FILE,
  DECISIONS_FILE,
  type Decisions,
  NO_DECISIONS,
  PORTS_FILE,
  readClaims,
  readDecisions,
  readLeases,
  type TimeText,
  writeClaims,
  writeLeases,
} from '../core/claims/state-files.ts';
import { readSavedDaemon, type SavedDaemon, writeSavedDaemon } from '../core/labels/saved-containers.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import { listNames, readText, writeWhole } from '../edges/files.ts';
import { TIMES } from '../edges/times.ts';
import { coalesce } from './coalesce.ts';
import { readOrSetAside } from './set-aside.ts';

export type State = { readonly ledger: Ledger; readonly leases: readonly Lease[] };

/** Whole, or in pieces. */
type Text = string | Iterable<string>;

export type StateFolderOptions = {
  readonly folder: string;
  /** The operator has decided something. */
  readonly onDecisions: () => void;
  readonly warn: (message: string) => void;
};

const DAEMON_FILE = /^daemon-\d+\.json$/;
/** How long after a change it is written, with others that come meanwhile, in milliseconds. */
const SOON = 500;
/** How long after a failure writing is tried again, in milliseconds. */
const RETRY = 10_000;

/** What outlives a restart of the route server. */
export class StateFolder {
  readonly #options: StateFolderOptions;
  /** What is to be written, by name of the file; undefined removes it. Made when it is: not before what it is about is published. */
  readonly #pending = new Map<string, (() => Text) | undefined>();
  #state: State = { ledger: new Map(), leases: [] };
  #daemons: readonly SavedDaemon[] = [];
  #decisions = NO_DECISIONS;
  #trouble: string | undefined;
  #watcher: FSWatcher | undefined;
  #retry: NodeJS.Timeout | undefined;
  readonly #closing = new AbortController();

  private constructor(options: StateFolderOptions) {
    this.#options = options;
  }

  /** Opens the folder, and makes it where there is none. A file that cannot be read is set aside. */
  static async open(options: StateFolderOptions): Promise<StateFolder> {
    const opened = new StateFolder(options);
    await opened.#watch();
    await opened.#readDecisions();
    const ledger = await opened.#load<Ledger>(CLAIMS_FILE, readClaims, new Map());
    const leases = await opened.#load<readonly Lease[]>(PORTS_FILE, readLeases, []);
    opened.#state = { ledger, leases };
    opened.#daemons = await opened.#loadDaemons();
    return opened;
  }

  /** What was saved last of claims and leases. */
  state(): State {
    return this.#state;
  }

  /** What was saved, before this start, of each daemon. */
  daemons(): readonly SavedDaemon[] {
    return this.#daemons;
  }

  decisions(): Decisions {
    return this.#decisions;
  }

  /** What is wrong with the folder: the route server then goes on with what it has in memory. */
  trouble(): string | undefined {
    return this.#trouble;
  }

  /** Writes what has changed, soon. */
  save(state: State): void {
    this.#state = state;
    this.#put(CLAIMS_FILE, () => writeClaims(state.ledger, TIMES));
    this.#put(PORTS_FILE, () => writeLeases(state.leases, TIMES));
  }

  saveDaemon(daemon: SavedDaemon): void {
    this.#put(daemonFile(daemon.networkId), () => writeSavedDaemon(daemon));
  }

  forgetDaemon(id: NetworkId): void {
    this.#put(daemonFile(id), undefined);
  }

  /** What waits to be written is written now. */
  close(): void {
    this.#closing.abort();
    this.#watcher?.close();
    clearTimeout(this.#retry);
  }

  #put(name: string, make: (() => Text) | undefined): void {
    this.#pending.set(name, make);
    void this.#write();
  }

  readonly #write = coalesce(async () => {
    clearTimeout(this.#retry);
    await sleep(SOON, undefined, { signal: this.#closing.signal }).catch(() => {});
    for (const [name, make] of this.#pending) {
      const path = `${this.#options.folder}/${name}`;
      try {
        // Labels can hold credentials.
        if (make === undefined) await rm(path, { force: true });
        else await writeWhole(path, make(), 0o600);
      } catch (error) {
        this.#fail(error);
        this.#retry = setTimeout(() => void this.#write(), RETRY).unref();
        return;
      }
      if (this.#pending.get(name) === make) this.#pending.delete(name);
    }
    this.#trouble = undefined;
  });

  async #watch(): Promise<void> {
    const { folder } = this.#options;
    const reload = coalesce(async () => {
      await this.#readDecisions();
      this.#options.onDecisions();
    });
    try {
      await mkdir(folder, { recursive: true, mode: 0o750 });
      // The server keeps the process alive, not this.
      this.#watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === DECISIONS_FILE) void reload();
      });
      this.#watcher.on('error', (error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #readDecisions(): Promise<void> {
    this.#decisions = await this.#load(DECISIONS_FILE, readDecisions, NO_DECISIONS);
  }

  async #loadDaemons(): Promise<SavedDaemon[]> {
    const names = await listNames(this.#options.folder).catch(() => []);
    const loaded = names
      .filter((name) => DAEMON_FILE.test(name))
      .map((name) => this.#load<SavedDaemon | undefined>(name, readSavedDaemon, undefined));
    return (await Promise.all(loaded)).filter((daemon) => daemon !== undefined);
  }

  async #load<T>(name: string, read: (text: string, times: TimeText) => T, none: T): Promise<T> {
    const path = `${this.#options.folder}/${name}`;
    try {
      const text = await readText(path);
      if (text === undefined) return none;
      return (await readOrSetAside(path, () => read(text, TIMES), this.#options.warn)) ?? none;
    } catch (error) {
      this.#fail(error);
      return none;
    }
  }

  #fail(error: unknown): void {
    const trouble = `the state folder ${this.#options.folder} cannot be used: ${(error as Error).message}`;
    if (trouble !== this.#trouble) this.#options.warn(trouble);
    this.#trouble = trouble;
  }
}

function daemonFile(id: NetworkId): string {
  return `daemon-${id}.json`;
}
