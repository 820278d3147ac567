import { createHash } from 'node:crypto';
import { sum } from './sum.ts';

/** The document as it is served. */
export type Revision = {
  /** Names the document: the same pieces have the same id, also after a restart. */
  readonly id: string;
  /** In bytes. */
  readonly length: number;
  /**
   * Its bytes, in order. At first the pieces as they are, so that a change costs no copy of the rest, and then one ready buffer
   * for all who ask again.
   */
  readonly chunks: () => readonly Buffer[];
};

/** A piece of a document, which may stay the same in many. It lies in the newest that is whole, so that its bytes are there once. */
export type Piece = {
  bytes: Buffer;
  /** Of the bytes. */
  readonly digest: Buffer;
};

export function createPiece(text: string): Piece {
  const bytes = Buffer.from(text);
  return { bytes, digest: createHash('sha256').update(bytes).digest() };
}

export type Publisher = {
  /** The newest document, once there is one: nothing partial is ever served. */
  readonly current: () => Promise<Revision>;
  /** The same without waiting. */
  readonly peek: () => Revision | undefined;
  /** Publishes a document, of pieces, unless it is the one that is out already. */
  readonly publish: (pieces: readonly Piece[]) => void;
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
    publish: (pieces) => {
      const hash = createHash('sha256');
      for (const { digest } of pieces) hash.update(digest);
      const id = hash.digest('hex').slice(0, 12);
      if (revision?.id === id) return;
      revision = createRevision(id, pieces);
      for (const wake of [...waiting]) wake();
    },
    changed: (signal) => wait(signal),
  };
}

function createRevision(id: string, pieces: readonly Piece[]): Revision {
  let isAsked = false;
  let whole: readonly Buffer[] | undefined;
  return {
    id,
    length: sum(pieces, ({ bytes }) => bytes.length),
    chunks: () => {
      if (isAsked) whole ??= [join(pieces)];
      isAsked = true;
      return whole ?? pieces.map(({ bytes }) => bytes);
    },
  };
}

function join(pieces: readonly Piece[]): Buffer {
  const whole = Buffer.concat(pieces.map(({ bytes }) => bytes));
  let at = 0;
  for (const piece of pieces) {
    const end = at + piece.bytes.length;
    piece.bytes = whole.subarray(at, end);
    at = end;
  }
  return whole;
}
