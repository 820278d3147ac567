import type { Entry } from '../core/entry.ts';

/** A verb as it was called. */
export type Call = {
  readonly operands: readonly string[];
  /** As the table of verbs declares them. */
  readonly options: Options;
  readonly runDir: string;
};

type Options = {
  readonly [name in
    | 'json'
    | 'newAccount'
    | 'mount'
    | 'unmount'
    | 'encrypt'
    | 'folder'
    | 'follow'
    | 'strict']?: true;
} & {
  readonly [name in 'size' | 'filesystem' | 'keyFile' | 'timeout' | 'waitTimeout' | 'lines']?: string;
} & { readonly wait?: boolean };

export type Verb = (call: Call, entry: Entry) => Promise<void> | void;
