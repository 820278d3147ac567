import { Argument, type Command } from 'commander';
import type { NameKind, Wanted } from '../src/core/commands/complete.ts';
import type { Manual } from '../src/core/commands/manual.ts';
import { SHELLS, type Shell } from '../src/core/commands/shells.ts';
import type { Entry } from '../src/core/entry.ts';

/** What completion and the manual page of a program need beside its commands. */
export type HelpOptions = {
  readonly manual: Omit<Manual, 'version'>;
  /** Names that exist; nothing where they cannot be found out quickly. */
  readonly findNames: (wanted: Wanted) => Promise<readonly string[]>;
};

/** Completion, and the manual page, made of the commands themselves. */
export function addHelpCommands(
  program: Command,
  { version, print }: Entry,
  { manual, findNames }: HelpOptions,
): void {
  const name = program.name();
  program
    .command('completion')
    .description('prints what a shell needs to complete commands and names')
    .addArgument(new Argument('<bash|zsh|fish>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      `\nExample:\n  $ ${name} completion bash >~/.local/share/bash-completion/completions/${name}`,
    )
    .action(async (shell: Shell) => {
      const { completionScript } = await import('../src/core/commands/shells.ts');
      print(completionScript(shell, name).trimEnd());
    });
  program
    .command('man')
    .description('prints the manual page, for man')
    .addHelpText('after', `\nExample:\n  $ ${name} man | man -l -`)
    .action(async () => {
      const [{ commandTree }, { renderManual }] = await Promise.all([
        import('./command-tree.ts'),
        import('../src/core/commands/manual.ts'),
      ]);
      print(renderManual(commandTree(program), { ...manual, version }).trimEnd());
    });
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words: string[]) => {
      for (const line of await completeWords(program, words, findNames)) print(line);
    });
}

async function completeWords(
  program: Command,
  words: readonly string[],
  findNames: HelpOptions['findNames'],
): Promise<string[]> {
  const [{ commandTree }, { complete, renderCandidates }] = await Promise.all([
    import('./command-tree.ts'),
    import('../src/core/commands/complete.ts'),
  ]);
  const { candidates, names } = complete(commandTree(program), words);
  const typed = words.at(-1) ?? '';
  // A shell that completes is no place for what went wrong.
  const found = names === undefined ? [] : await findNames(names).catch(() => []);
  const named = found
    .filter((word) => word.startsWith(typed))
    .map((word) => ({ word, description: DESCRIPTIONS[names?.kind ?? 'host'] }));
  return renderCandidates([...candidates, ...named]);
}

const DESCRIPTIONS: Readonly<Record<NameKind, string>> = {
  context: 'a server',
  repository: 'a repository',
  service: 'a service',
  host: 'a host',
};
