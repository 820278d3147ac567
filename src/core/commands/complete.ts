import type { CommandTree, OptionOf } from './tree.ts';

/** What could stand at the end of a command line. */
export type Candidate = { readonly word: string; readonly description: string };

/** Names that exist: servers, repositories, services of one. */
export type NameKind = 'context' | 'repository' | 'service' | 'host';

export type Wanted = {
  readonly kind: NameKind;
  /** What stands before it: the server, and operands. */
  readonly machine: string | undefined;
  readonly operands: readonly string[];
};

/** What can be told without looking anything up, and which names are to be looked up. */
export type Completion = { readonly candidates: readonly Candidate[]; readonly names?: Wanted };

/** @param words after the program; the last is being typed */
export function complete(program: CommandTree, words: readonly string[]): Completion {
  const typed = words.at(-1) ?? '';
  const { command, operands, pending, machine, isEnded } = walk(program, words.slice(0, -1));
  if (pending !== undefined) return ofValue(pending, { typed, machine, operands });
  if (isEnded && command.commands.length === 0) return { candidates: [] };
  if (typed.startsWith('-') && !isEnded) return { candidates: optionsOf([command, program], typed) };
  if (command.commands.length > 0)
    return {
      candidates: command.commands
        .map((one) => ({ word: one.name.split(' ').at(-1) ?? '', description: one.description }))
        .filter(({ word }) => word.startsWith(typed)),
    };
  const next = command.operands[operands.length] ?? command.operands.findLast((one) => one.isVariadic);
  const kind = next === undefined ? undefined : kindOf(next.name, command.name);
  if (next?.name.includes('|'))
    return {
      candidates: next.name
        .split('|')
        .map((word) => ({ word, description: '' }))
        .filter(({ word }) => word.startsWith(typed)),
    };
  return { candidates: [], ...(kind === undefined ? {} : { names: { kind, machine, operands } }) };
}

type Walked = {
  readonly command: CommandTree;
  readonly operands: readonly string[];
  /** The option whose value is being typed. */
  readonly pending: OptionOf | undefined;
  readonly machine: string | undefined;
  /** After `--` nothing is an option. */
  readonly isEnded: boolean;
};

function walk(program: CommandTree, words: readonly string[]): Walked {
  let command = program;
  let pending: OptionOf | undefined;
  let machine: string | undefined;
  let isEnded = false;
  const operands: string[] = [];
  for (const word of words) {
    if (pending !== undefined) {
      if (pending.names.includes('--machine')) machine = word;
      pending = undefined;
    } else if (word === '--') isEnded = true;
    else if (word.startsWith('-') && !isEnded) {
      const option = [...command.options, ...program.options].find(({ names }) => names.includes(word));
      pending = option?.operand === undefined ? undefined : option;
      machine = /^--machine=(.+)$/.exec(word)?.[1] ?? machine;
    } else {
      const child = command.commands.find(({ name }) => name === `${command.name} ${word}`);
      if (child === undefined) operands.push(word);
      else command = child;
    }
  }
  return { command, operands, pending, machine, isEnded };
}

function optionsOf(commands: readonly CommandTree[], typed: string): Candidate[] {
  return commands
    .flatMap(({ options }) => options)
    .flatMap(({ names, description }) =>
      names.filter((name) => name.startsWith('--')).map((word) => ({ word, description })),
    )
    .filter(({ word }) => word.startsWith(typed));
}

type Typing = {
  readonly typed: string;
  readonly machine: string | undefined;
  readonly operands: readonly string[];
};

function ofValue({ operand = '', choices = [] }: OptionOf, { typed, machine, operands }: Typing): Completion {
  const all = choices.length > 0 ? choices : /^[\w-]+(\|[\w-]+)+$/.test(operand) ? operand.split('|') : [];
  if (all.length > 0)
    return {
      candidates: all.filter((word) => word.startsWith(typed)).map((word) => ({ word, description: '' })),
    };
  return {
    candidates: [],
    ...(operand === 'context' ? { names: { kind: 'context', machine, operands } } : {}),
  };
}

/** By the words that commands use for their operands. */
function kindOf(operand: string, command: string): NameKind | undefined {
  if (operand === 'service') return 'service';
  if (operand === 'repository' || (operand === 'name' && / repo (?!create)/.test(command)))
    return 'repository';
  if (operand === 'what') return 'repository';
  if (operand === 'name' && / context (?!add)/.test(command)) return 'context';
  return undefined;
}

/** The candidates as lines: a word, a tab, what it means. */
export function renderCandidates(candidates: readonly Candidate[]): string[] {
  return candidates.map(({ word, description }) => `${word}\t${description.replaceAll(/\s+/g, ' ')}`);
}
