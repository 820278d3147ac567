import type { Command } from 'commander';

/** The commands of `rdc`. */
export function addRdcCommands(program: Command): void {
  program.description('Sets servers up and deploys repositories to them, from a workstation, over SSH.');
}
