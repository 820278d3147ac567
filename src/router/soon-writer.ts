import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeWhole } from '../edges/files.ts';
import { coalesce } from './coalesce.ts';

/** Whole, or in pieces. */
export type Text = string | Iterable<string>;

export type SoonWriterOptions = {
  readonly folder: string;
  readonly onFailure: (error: unknown) => void;
  /** All that there was to write is written. */
  readonly onDone: () => void;
};

/** How long after a change it is written, with others that come meanwhile, in milliseconds. */
const SOON = 500;
/** How long after a failure writing is tried again, in milliseconds. */
const RETRY = 10_000;

/** Writes files of a folder a moment after they have changed, and again until that works. */
export class SoonWriter {
  readonly #options: SoonWriterOptions;
  /** What is to be written, by name of the file; undefined removes it. Made when it is: not before what it is about is published. */
  readonly #pending = new Map<string, (() => Text) | undefined>();
  #retry: NodeJS.Timeout | undefined;
  readonly #closing = new AbortController();

  constructor(options: SoonWriterOptions) {
    this.#options = options;
  }

  put(name: string, make: (() => Text) | undefined): void {
    this.#pending.set(name, make);
    void this.#write();
  }

  /** What waits to be written is written now. */
  close(): void {
    this.#closing.abort();
    clearTimeout(this.#retry);
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
        this.#options.onFailure(error);
        this.#retry = setTimeout(() => void this.#write(), RETRY).unref();
        return;
      }
      if (this.#pending.get(name) === make) this.#pending.delete(name);
    }
    this.#options.onDone();
  });
}
