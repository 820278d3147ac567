import type { Command } from 'commander';
import { CHANGES, type Entry } from '../../core/entry.ts';

/** What changes this server's front door. */
export function addProxyCommands(proxy: Command, { print, endWith }: Entry): void {
  proxy
    .command('apply')
    .description('makes this server as its settings say, and puts everything back if that does not work')
    .option('--pushed', 'settings come from standard input, as rdc sends them')
    .option('--dry-run', 'only says what there is to do; exit code 0: nothing, 3: something')
    .addHelpText('after', '\nExample:\n  $ sudo renet proxy apply')
    .action(async ({ pushed = false, dryRun = false }: { pushed?: boolean; dryRun?: boolean }) => {
      const { applyProxy } = await import('./apply.ts');
      const hasChanges = await applyProxy({ print, isPushed: pushed, isDryRun: dryRun });
      if (dryRun && hasChanges) endWith(CHANGES);
    });
  proxy
    .command('teardown')
    .description('takes away what push-infra has made; data of repositories, claims and certificates stay')
    .addHelpText('after', '\nExample:\n  $ sudo renet proxy teardown')
    .action(async () => {
      const { teardown } = await import('./teardown.ts');
      await teardown(print);
    });
}
