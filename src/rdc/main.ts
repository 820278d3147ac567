import type { Command } from 'commander';
import type { Entry } from '../core/entry.ts';
import { addDnsCommands } from './dns-commands.ts';
import { addInfraCommands } from './infra-commands.ts';
import { addServerCommands } from './server-commands.ts';

/** The commands of `rdc`. */
export function addRdcCommands(program: Command, entry: Entry): void {
  program.description('Knows your servers, and works on them over SSH.');
  const context = program.command('context').description('the servers that rdc knows, by name');
  addContextCommands(context, entry);
  addInfraCommands(context, entry);
  addServerCommands(program, entry);
  addDnsCommands(program, entry);
}

function addContextCommands(context: Command, { environment, print }: Entry): void {
  const load = async () => {
    const verbs = await import('./context.ts');
    return { ...verbs, path: verbs.contextsPath(environment) };
  };
  context
    .command('add')
    .description('adds a server, or gives one another destination')
    .argument('<name>')
    .argument('[destination]', 'host, user@host or an alias of ~/.ssh/config (default: the name)')
    .addHelpText('after', '\nExample:\n  $ rdc context add server-1 root@203.0.113.50')
    .action(async (name: string, destination: string = name) =>
      (await load()).contextAdd(environment, name, destination),
    );
  context
    .command('list')
    .description('lists the servers')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ rdc context list')
    .action(async (options: { json?: boolean }) => {
      const { contextList, path } = await load();
      const text = await contextList(path, options.json === true);
      if (text !== '') print(text);
    });
  context
    .command('show')
    .description('shows what is known of a server, as JSON; secrets only as [set]')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  $ rdc context show server-1')
    .action(async (name: string) => {
      const { contextShow, path } = await load();
      print(await contextShow(path, name));
    });
  context
    .command('remove')
    .description('forgets a server; nothing happens on it')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  $ rdc context remove server-1')
    .action(async (name: string) => (await load()).contextRemove(environment, name));
}
