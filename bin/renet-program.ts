import type { Command } from 'commander';
import type { Entry } from '../src/core/entry.ts';
import { addRenetCommands } from '../src/renet/main.ts';
import { addRouterCommands } from '../src/router/main.ts';
import { addHelpCommands } from './help-commands.ts';

/** All of `renet`. */
export function addRenetProgram(program: Command, entry: Entry): void {
  addRenetCommands(program, entry);
  addRouterCommands(program, entry);
  addHelpCommands(program, entry, {
    manual: {
      files: [
        ['/etc/rediacc/infra.json', 'what a server is, as rdc has brought it'],
        ['/etc/rediacc/traefik.d', "the operator's own configuration of Traefik"],
        ['/var/lib/rediacc/repositories', 'the repositories of a server'],
        ['/run/rediacc', 'the Docker sockets of repositories that are up'],
      ],
      seeAlso: ['rdc(1)', 'docker-compose(1)', 'systemd(1)'],
    },
    findNames: async (wanted) =>
      (await import('../src/renet/names.ts')).findNames(wanted, program.opts()['runDir']),
  });
}
