import { type FSWatcher, watch } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
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
import { readText, writeWholeIfChanged } from '../edges/files.ts';
import { TIMES } from '../edges/times.ts';
import { coalesce } from './coalesce.ts';

export type State = { readonly ledger: Ledger; readonly leases: readonly Lease[] };

export type StateFolderOptions = {
  readonly folder: string;
  /** The operator has decided something. */
  readonly onDecisions: () => void;
  readonly warn: (message: string) => void;
};

/** What outlives a restart of the route server. */
export class StateFolder {
  readonly #options: StateFolderOptions;
  #state: State = { ledger: new Map(), leases: [] };
  #decisions = NO_DECISIONS;
  #trouble: string | undefined;
  #watcher: FSWatcher | undefined;

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
    return opened;
  }

  /** What was saved last. */
  state(): State {
    return this.#state;
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
    void this.#write();
  }

  close(): void {
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

  readonly #write = coalesce(async () => {
    const { ledger, leases } = this.#state;
    const { folder } = this.#options;
    try {
      await writeWholeIfChanged(`${folder}/${CLAIMS_FILE}`, writeClaims(ledger, TIMES));
      await writeWholeIfChanged(`${folder}/${PORTS_FILE}`, writeLeases(leases, TIMES));
      this.#trouble = undefined;
    } catch (error) {
      this.#fail(error);
    }
  });

  #fail(error: unknown): void {
    const trouble = `the state folder ${this.#options.folder} cannot be used: ${(error as Error).message}`;
    if (trouble !== this.#trouble) this.#options.warn(trouble);
    this.#trouble = trouble;
  }
}

async function readOrSetAside<T>(
  path: string,
  read: () => T,
  warn: (message: string) => void,
): Promise<T | undefined> {
  try {
    return read();
  } catch {
    const aside = `${path}.damaged-${TIMES.write(Date.now())}`;
    await rename(path, aside);
    warn(`${path} is damaged, and lies now in ${aside}; what it said is lost`);
    return undefined;
  }
}
