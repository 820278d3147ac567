import { createHash } from 'node:crypto';

/** The document as it is served. */
export type Revision = {
  /** Names the bytes: the same bytes have the same id, also after a restart. */
  readonly id: string;
  readonly bytes: Buffer;
};

export type Publisher = {
  /** The newest document, once there is one: nothing partial is ever served. */
  readonly current: () => Promise<Revision>;
  /** The same without waiting. */
  readonly peek: () => Revision | undefined;
  /** Publishes a document unless it is the one that is out already. */
  readonly publish: (text: string) => void;
  /** Settles at the next change, or when the signal aborts. */
  readonly changed: (signal: AbortSignal) => Promise<void>;
};

/** Keeps the newest document as a buffer and wakes whoever waits for the next. */
export function createPublisher(): Publisher {
  let revision: Revision | undefined;
  const waiting = new Set<() => void>();
  const wait = (signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      waiting.add(wake);
      signal?.addEventListener('abort', wake);
    });
  return {
    peek: () => revision,
    current: async () => {
      while (revision === undefined) await wait();
      return revision;
    },
    publish: (text) => {
      const bytes = Buffer.from(text);
      if (revision?.bytes.equals(bytes)) return;
      revision = { id: createHash('sha256').update(bytes).digest('hex').slice(0, 12), bytes };
      for (const wake of [...waiting]) wake();
    },
    changed: (signal) => wait(signal),
  };
}
