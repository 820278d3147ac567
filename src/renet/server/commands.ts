import type { Command } from 'commander';
import type { Entry } from '../../core/entry.ts';
import { SERVER_VERBS } from '../../core/server-verbs.ts';
import type { VerbOptions } from './verbs.ts';

/** `renet proxy` and `renet ips`: the front door of this server. */
export function addServerCommands(program: Command, entry: Entry): void {
  const proxy = program
    .command('proxy')
    .description('the front door of this server: Traefik and the route server');
  for (const { words, description, options } of SERVER_VERBS) {
    const [group, verb = group] = words;
    const command = (words.length === 1 ? program : proxy).command(verb).description(description);
    for (const [flags, meaning] of options) command.option(flags, meaning);
    command
      .addHelpText('after', `\nExample:\n  $ renet ${words.join(' ')}`)
      .action(async (given: Omit<VerbOptions, 'runDir'>) => {
        const { runVerb } = await import('./verbs.ts');
        await runVerb(words.join(' '), { ...given, runDir: program.opts()['runDir'] }, entry);
      });
  }
  addApply(proxy, entry);
  proxy
    .command('teardown')
    .description('takes away what push-infra has made; data of repositories, claims and certificates stay')
    .addHelpText('after', '\nExample:\n  $ sudo renet proxy teardown')
    .action(async () => {
      const { teardown } = await import('./teardown.ts');
      await teardown(entry.print);
    });
}

function addApply(proxy: Command, { print, endWith }: Entry): void {
  proxy
    .command('apply')
    .description('makes this server as its settings say, and puts everything back if that does not work')
    .option('--pushed', 'settings come from standard input, as rdc sends them')
    .option('--dry-run', 'only says what there is to do; exit code 0: nothing, 3: something')
    .addHelpText('after', '\nExample:\n  $ sudo renet proxy apply')
    .action(async ({ pushed = false, dryRun = false }: { pushed?: boolean; dryRun?: boolean }) => {
      const { applyProxy } = await import('./apply.ts');
      const hasChanges = await applyProxy({ print, isPushed: pushed, isDryRun: dryRun });
      if (dryRun && hasChanges) endWith(3);
    });
}
