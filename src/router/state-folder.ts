import { type FSWatcher, watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { type CertificateLedger, EMPTY_LEDGER } from '../core/certificates/ledger.ts';
import {
  CERTIFICATES_FILE,
  readCertificateLedger,
  writeCertificateLedger,
} from '../core/certificates/ledger-file.ts';
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
import { listNames, readText } from '../edges/files.ts';
import { TIMES } from '../edges/times.ts';
import { coalesce } from './coalesce.ts';
import { readOrSetAside } from './set-aside.ts';
import { SoonWriter } from './soon-writer.ts';

export type State = { readonly ledger: Ledger; readonly leases: readonly Lease[] };

export type StateFolderOptions = {
  readonly folder: string;
  /** The operator has decided something. */
  readonly onDecisions: () => void;
  readonly warn: (message: string) => void;
};

const DAEMON_FILE = /^daemon-\d+\.json$/;
/** What outlives a restart of the route server. */
export class StateFolder {
  readonly #options: StateFolderOptions;
  readonly #writer: SoonWriter;
  #state: State = { ledger: new Map(), leases: [] };
  #daemons: readonly SavedDaemon[] = [];
  #certificates = EMPTY_LEDGER;
  #decisions = NO_DECISIONS;
  #trouble: string | undefined;
  #watcher: FSWatcher | undefined;

  private constructor(options: StateFolderOptions) {
    this.#options = options;
    this.#writer = new SoonWriter({
      folder: options.folder,
      onFailure: (error) => this.#fail(error),
      onDone: () => {
        this.#trouble = undefined;
      },
    });
  }

  /** Opens the folder, and makes it where there is none. A file that cannot be read is set aside. */
  static async open(options: StateFolderOptions): Promise<StateFolder> {
    const opened = new StateFolder(options);
    await opened.#watch();
    await opened.#readDecisions();
    const ledger = await opened.#load<Ledger>(CLAIMS_FILE, readClaims, new Map());
    const leases = await opened.#load<readonly Lease[]>(PORTS_FILE, readLeases, []);
    opened.#state = { ledger, leases };
    opened.#certificates = await opened.#load(CERTIFICATES_FILE, readCertificateLedger, EMPTY_LEDGER);
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

  /** What was saved, before this start, of certificates. */
  certificates(): CertificateLedger {
    return this.#certificates;
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
    this.#writer.put(CLAIMS_FILE, () => writeClaims(state.ledger, TIMES));
    this.#writer.put(PORTS_FILE, () => writeLeases(state.leases, TIMES));
  }

  saveDaemon(daemon: SavedDaemon): void {
    this.#writer.put(daemonFile(daemon.networkId), () => writeSavedDaemon(daemon));
  }

  saveCertificates(ledger: CertificateLedger): void {
    this.#writer.put(CERTIFICATES_FILE, () => writeCertificateLedger(ledger));
  }

  forgetDaemon(id: NetworkId): void {
    this.#writer.put(daemonFile(id), undefined);
  }

  /** What waits to be written is written now. */
  close(): void {
    this.#writer.close();
    this.#watcher?.close();
  }

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
