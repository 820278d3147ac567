import type { Command } from 'commander';
import type { Entry } from '../core/entry.ts';
import { SERVER_VERBS } from '../core/server-verbs.ts';

/** What `renet` answers on a server, asked from here. */
export function addServerCommands(program: Command, entry: Entry): void {
  const proxy = program.command('proxy').description('the front door of a server');
  for (const { words, description, options, goesOn } of SERVER_VERBS) {
    const [group, verb = group] = words;
    const command = (words.length === 1 ? program : proxy)
      .command(verb)
      .description(description)
      .requiredOption('-m, --machine <context>', 'the server');
    for (const [flags, meaning] of options) command.option(flags, meaning);
    command
      .addHelpText('after', `\nExample:\n  $ rdc ${words.join(' ')} -m server-1`)
      .action(async ({ machine, ...given }: Given) => {
        const { askRenet } = await import('./ask-renet.ts');
        await askRenet(machine, [...words, ...toFlags(given)], { entry, terminal: goesOn === true });
      });
  }
}

type Given = { readonly machine: string } & Readonly<Record<string, string | true>>;

/** The options that were given, as they were written: every one of a verb is a word of its own. */
function toFlags(given: Readonly<Record<string, string | true>>): string[] {
  return Object.entries(given).map(([name, value]) => (value === true ? `--${name}` : `--${name}=${value}`));
}
