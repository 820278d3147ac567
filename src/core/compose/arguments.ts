import { Refusal } from '../refusal.ts';

/** The arguments of `docker compose`, taken apart at its command. */
export type ComposeArguments = {
  /** Options before the command, without `-f`/`--file`. */
  readonly options: readonly string[];
  /** The values of `-f`/`--file`, in order. */
  readonly files: readonly string[];
  readonly envFiles: readonly string[];
  readonly projectDirectory?: string;
  /** `up`, `ps`, …; absent for `docker compose --help` and the like. */
  readonly command?: string;
  /** All that follows the command, untouched. */
  readonly rest: readonly string[];
};

/** Docker Compose's options before the command that take a value (docs.docker.com/reference/cli/docker/compose). */
const VALUED = new Set([
  '--ansi',
  '--env-file',
  '--file',
  '--insecure-registry',
  '--parallel',
  '--profile',
  '--progress',
  '--project-directory',
  '--project-name',
  '--workdir',
  '-f',
  '-p',
]);

/** Reads `docker compose` arguments the way Compose does: options, a command, and the rest, which belongs to the command. */
export function readComposeArguments(args: readonly string[]): ComposeArguments {
  const options: string[] = [];
  const files: string[] = [];
  const envFiles: string[] = [];
  let projectDirectory: string | undefined;
  let index = 0;
  while (index < args.length && args[index]?.startsWith('-')) {
    const option = readOption(args, index);
    index += option.words.length;
    if (option.name === '-f' || option.name === '--file') {
      files.push(option.value ?? '');
      continue;
    }
    options.push(...option.words);
    if (option.name === '--env-file') envFiles.push(option.value ?? '');
    if (option.name === '--project-directory') projectDirectory = option.value;
  }
  refuseStandardInput(files);
  const command = args[index];
  return {
    options,
    files,
    envFiles,
    ...(projectDirectory === undefined ? {} : { projectDirectory }),
    ...(command === undefined ? {} : { command }),
    rest: args.slice(index + 1),
  };
}

type Option = { readonly name: string; readonly value?: string; readonly words: readonly string[] };

/** One option in any spelling: `--file x`, `--file=x`, `-f x`, `-f=x`, `-fx`, `--dry-run`. */
function readOption(args: readonly string[], index: number): Option {
  const word = args[index] ?? '';
  const glued = /^(--[^=]+|-[fp])=?(.*)$/s.exec(word);
  const name = glued?.[1] ?? word;
  if (word === name) {
    const value = args[index + 1];
    return VALUED.has(name) && value !== undefined
      ? { name, value, words: [word, value] }
      : { name, words: [word] };
  }
  return { name, value: glued?.[2] ?? '', words: [word] };
}

function refuseStandardInput(files: readonly string[]): void {
  if (!files.includes('-')) return;
  throw new Refusal(
    'compose-from-stdin',
    '-f - reads the compose file from standard input, which can be read only once, but it is needed twice',
    'Write it to a file and name that.',
  );
}

/** Commands that need no compose file and look at no repository. */
const WITHOUT_PROJECT = new Set(['version', 'help', 'ls', 'completion', '__complete', '__completeNoDesc']);
/** Commands that make containers, so that what is left out of the compose file must be said. */
const CREATING = new Set(['create', 'run', 'scale', 'up', 'watch']);

export function needsProject({ command, rest }: ComposeArguments): boolean {
  return command !== undefined && !WITHOUT_PROJECT.has(command) && !asksForHelp(rest);
}

function asksForHelp(rest: readonly string[]): boolean {
  return rest[0] === '--help' || rest[0] === '-h';
}

export function createsContainers({ command }: ComposeArguments): boolean {
  return command !== undefined && CREATING.has(command);
}

/** Commands that make images of it, or start containers, whose mounts may lead elsewhere by now. */
const STARTING = new Set(['build', 'restart', 'start']);
/** Commands at which Compose runs hooks and providers of the file, whatever containers there are. */
const WITH_HOOKS = new Set(['down', 'pull', 'rm', 'stop']);

/** How much of a compose file a command puts to use: all of it, hooks and providers alone, or nothing. */
export type Reach = 'all' | 'hooks' | 'nothing';

export function reachOf(args: ComposeArguments): Reach {
  const { command = '' } = args;
  if (createsContainers(args) || STARTING.has(command)) return 'all';
  return WITH_HOOKS.has(command) ? 'hooks' : 'nothing';
}

/** What may name services among the arguments of a command: `web`, and of `scale` `web=3`. */
export function readOperands({ rest }: ComposeArguments): string[] {
  const names = rest.flatMap((word) => /^([\w.][\w.-]*)(=\d+)?$/.exec(word)?.[1] ?? []);
  return [...new Set(names)];
}

/** What `--scale web=3` of `up` and `create`, and the operands of `scale`, ask for. */
export function readScale({ command, rest }: ComposeArguments): ReadonlyMap<string, number> {
  const words = command === 'scale' ? rest : rest.flatMap((word, i) => scaleWord(word, rest[i + 1]));
  const pairs = words.flatMap((word): [string, number][] => {
    const match = /^([^=-][^=]*)=(\d+)$/.exec(word);
    return match?.[1] === undefined ? [] : [[match[1], Number(match[2])]];
  });
  return new Map(pairs);
}

function scaleWord(word: string, next: string | undefined): string[] {
  if (word === '--scale') return next === undefined ? [] : [next];
  return word.startsWith('--scale=') ? [word.slice('--scale='.length)] : [];
}

/**
 * The whole command line with other files.
 *
 * @returns the arguments after `docker`
 */
export function writeComposeArguments(args: ComposeArguments, files: readonly string[]): string[] {
  const command = args.command === undefined ? [] : [args.command];
  return ['compose', ...args.options, ...files.flatMap((file) => ['-f', file]), ...command, ...args.rest];
}
