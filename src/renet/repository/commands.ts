import type { Command } from 'commander';
import type { Entry } from '../../core/entry.ts';

/** For rdc and for units of systemd; they are not shown. */
export function addInnerCommands(repo: Command, entry: Entry): void {
  repo
    .command('receive', { hidden: true })
    .argument('<name>')
    .option('--plan')
    .action(async (name: string, { plan = false }: { plan?: boolean }) => {
      const { planReceipt, receive } = await import('./receive.ts');
      await (plan ? planReceipt(name, entry) : receive(name, entry));
    });
  repo
    .command('boot', { hidden: true })
    .argument('<id>')
    .action(async (id: string) => {
      const { bootRepository } = await import('./boot.ts');
      await bootRepository(id, entry);
    });
  repo
    .command('stop-containers', { hidden: true })
    .argument('<id>')
    .action(async (id: string) => {
      const { loadDefinition } = await import('./definitions.ts');
      const { stopContainers } = await import('./daemon.ts');
      await stopContainers(await loadDefinition(id));
    });
}
