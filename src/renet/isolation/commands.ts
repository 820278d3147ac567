import type { Command } from 'commander';
import { loopbackPorts } from '../../core/isolation/loopback-ports.ts';
import { readNetworkId } from '../../core/network/subnet.ts';

/** What units of this server call. */
export function addIsolationCommands(program: Command): void {
  const isolation = program
    .command('isolation')
    .description('what keeps the repositories of a server apart in its kernel; units call it');
  isolation
    .command('on')
    .description('loads the programs for the kernel, in place of older ones')
    .addHelpText('after', '\nExample:\n  $ sudo renet isolation on')
    .option('--loopback-ports <ports>', 'of this machine, which repositories may reach', '')
    .action(async (options: { loopbackPorts: string }) => {
      const { raiseServerFence } = await import('../server/fence.ts');
      await raiseServerFence(loopbackPorts(options.loopbackPorts));
    });
  isolation
    .command('enter')
    .description('says to the kernel that the cgroup which this runs in is of a daemon of a repository')
    .argument('<network id>')
    .addHelpText('after', '\nExample:\n  $ sudo renet isolation enter 2816')
    .action(async (id: string) => {
      const { enterServerFence } = await import('../server/fence.ts');
      await enterServerFence(readNetworkId(id));
    });
}
