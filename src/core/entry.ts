/** Exit code of a dry run that found something to do. */
export const CHANGES = 3;

/** What a program gets of the outside world. Only the entry in `bin/` prints and decides the exit code. */
export type Entry = {
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Answers, on standard output. */
  readonly print: (line: string) => void;
  /** What the user should know beside the answer, on standard error. */
  readonly warn: (line: string) => void;
  /** Replaces one line on a terminal, for as long as something goes on; undefined where there is no terminal. */
  readonly progress: ((text: string) => void) | undefined;
  /** What the program is to end with, if nothing fails. */
  readonly endWith: (exitCode: number) => void;
};
