import type { Command } from 'commander';
import type { Entry } from '../core/entry.ts';
import { SETTINGS } from '../core/infra/settings.ts';
import type { InfraArguments } from './set-infra.ts';

/** What sets servers up. */
export function addInfraCommands(context: Command, entry: Entry): void {
  addSetInfra(context, entry);
  context
    .command('unset')
    .description('takes settings back')
    .argument('<name>')
    .argument('<settings...>', 'as set-infra names them, without the dashes')
    .addHelpText('after', '\nExample:\n  $ rdc context unset server-1 public-ipv6 cf-dns-token')
    .action(async (name: string, settings: string[]) => {
      const { unsetInfra } = await import('./set-infra.ts');
      await unsetInfra(name, settings, entry);
    });
  context
    .command('push-infra')
    .description('makes a server as its settings say: packages, programs, Traefik, route server, ports')
    .argument('<name>')
    .option('--dry-run', 'only says what there is to do; exit code 0: nothing, 3: something')
    .addHelpText('after', '\nExample:\n  $ rdc context push-infra server-1')
    .action(async (name: string, { dryRun = false }: { dryRun?: boolean }) => {
      const { pushInfra } = await import('./push-infra.ts');
      await pushInfra(name, dryRun, entry);
    });
  context
    .command('teardown')
    .description(
      'takes from a server what push-infra has made there; data of repositories and certificates stay',
    )
    .argument('<name>')
    .option('--yes', 'without asking for the name again')
    .addHelpText('after', '\nExample:\n  $ rdc context teardown server-1')
    .action(async (name: string, { yes = false }: { yes?: boolean }) => {
      const { teardownServer } = await import('./teardown.ts');
      await teardownServer(name, yes, entry);
    });
}

function addSetInfra(context: Command, entry: Entry): void {
  const command = context
    .command('set-infra')
    .description('says what a server is to be; what is not named stays. push-infra brings it there')
    .argument('<name>');
  for (const { option, operand, description, preset } of SETTINGS) {
    const shown = preset ? `${description} (default: ${preset})` : description;
    command.option(`${option} ${operand}`, shown);
  }
  command
    .option('--cf-dns-token-file <file>', 'API token of Cloudflare, with the permission Zone / DNS / Edit')
    .option(
      '--cf-dns-token <token>',
      "the same; - reads standard input, anything else lands in your shell's history",
    )
    .option(
      '--dns-variables-file <file>',
      'variables for Traefik that a DNS provider needs, a line each: NAME=value; - reads standard input',
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ rdc context set-infra server-1 --public-ipv4 203.0.113.50 --base-domain example.com\n  $ rdc context set-infra server-1 --tcp-ports 25,143,465,587,993 --udp-ports 53',
    )
    .action(async (name: string, given: InfraArguments) => {
      const { setInfra } = await import('./set-infra.ts');
      await setInfra(name, given, entry);
    });
}
