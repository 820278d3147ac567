import type { Command } from 'commander';
import type { Entry } from '../src/core/entry.ts';
import { addRdcCommands } from '../src/rdc/main.ts';
import { addHelpCommands } from './help-commands.ts';

/** All of `rdc`. */
export function addRdcProgram(program: Command, entry: Entry): void {
  addRdcCommands(program, entry);
  addHelpCommands(program, entry, {
    manual: {
      files: [
        [
          '~/.config/rediacc/rediacc.json',
          'the servers that it knows, and their settings; secrets in it are for you alone',
        ],
      ],
      seeAlso: ['renet(1)', 'ssh(1)', 'ssh_config(5)'],
    },
    findNames: async (wanted) => (await import('../src/rdc/names.ts')).findNames(wanted, entry),
  });
}
