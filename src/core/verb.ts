/** Flags, what they mean, and what they are when they are not given. */
export type VerbOption = readonly [flags: string, description: string, preset?: string];

/** A question about a server, or a task on it: `renet` has it there, and `rdc` passes it on with `-m`. */
export type ServerVerb = {
  readonly words: readonly [group: string, verb: string] | readonly [verb: string];
  readonly description: string;
  /** As commander writes them: `<name>`, `[service]`, `[command...]`. */
  readonly operands?: readonly string[];
  /** What they mean, where their names do not say it. */
  readonly operandTexts?: Readonly<Record<string, string>>;
  readonly options: readonly VerbOption[];
  /** What follows the words in an example. */
  readonly example?: string;
  /** It is to be seen on a terminal as it comes, or takes what is typed there. */
  readonly onTerminal?: true;
  /** What is lost for good by it, as a sentence with NAME for its first operand. */
  readonly loses?: string;
};

export const JSON_OPTION: VerbOption = ['--json', 'as JSON'];
