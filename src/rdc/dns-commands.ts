import type { Command } from 'commander';
import type { Entry } from '../core/entry.ts';

type Options = { readonly machine: string; readonly adopt?: true; readonly prune?: true };

/** What makes hosts lead to a server. */
export function addDnsCommands(program: Command, entry: Entry): void {
  const dns = program
    .command('dns')
    .description("records at Cloudflare that make a server's hosts lead to it");
  const add = (name: 'plan' | 'apply', description: string): void => {
    dns
      .command(name)
      .description(description)
      .requiredOption('-m, --machine <context>', 'the server')
      .option('--adopt', 'takes over records that somebody else has made for the same names')
      .option('--prune', 'removes records of ours for which there is no route any more')
      .addHelpText('after', `\nExample:\n  $ rdc dns ${name} -m server-1`)
      .action(async (options: Options) => {
        const { planDns } = await import('./dns/plan.ts');
        await planDns(options, name === 'plan', entry);
      });
  };
  add(
    'plan',
    'shows which records there are to make, and without a token how to make them by hand; exit code 3: something is to be done',
  );
  add('apply', 'makes them; records that somebody else has made stay as they are');
  dns
    .command('check')
    .description('asks name servers whether each host leads here; exit code 1 when one does not')
    .requiredOption('-m, --machine <context>', 'the server')
    .option('--resolver <address...>', 'name servers to be asked instead of 1.1.1.1 and 8.8.8.8')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ rdc dns check -m server-1')
    .action(async (options: Options & { resolver?: string[]; json?: true }) => {
      const { checkDns } = await import('./dns/check.ts');
      await checkDns(options, entry);
    });
}
