import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Entry } from '../core/entry.ts';
import { DEFAULT_RUN_DIR } from '../core/repository/record.ts';
import type { HostOptions } from './host.ts';
import { addLocalOptions, type LocalArguments, readLocalOptions } from './local/options.ts';
import { addServerCommands } from './server-commands.ts';

/** The commands of `renet`. Each loads its own file only when it runs: `renet compose` must start fast. */
export function addRenetCommands(program: Command, entry: Entry): void {
  program
    .description(
      'Runs repositories (application stacks) with a Docker daemon each, and routes to their containers.',
    )
    .enablePositionalOptions()
    .option(
      '--run-dir <folder>',
      'where the sockets and records of running repositories are',
      entry.environment['REDIACC_RUN_DIR'] ?? DEFAULT_RUN_DIR,
    );
  addCompose(program, entry);
  addLocal(program, entry);
  addHost(program, entry);
  addStatusPage(program, entry);
  const { repo } = addServerCommands(program, entry);
  if (repo !== undefined) addTrust(repo, program, entry);
}

function runDirOf(program: Command): string {
  return program.opts()['runDir'];
}

function addCompose(program: Command, { environment, warn }: Entry): void {
  program
    .command('compose')
    .description("docker compose on the repository's own daemon; all after -- is for docker compose")
    .usage('[options] -- <docker compose arguments>')
    .argument('[arguments...]')
    .option('--network-id <id>', 'the repository, if it is not the one of the working folder')
    .passThroughOptions()
    .addHelpText('after', '\nExample:\n  $ renet compose -- up -d')
    .action(async (args: string[], options: { networkId?: string }) => {
      const { compose } = await import('./compose.ts');
      await compose({ ...options, args, environment, warn, runDir: runDirOf(program) });
    });
}

function addLocal(program: Command, { environment, print }: Entry): void {
  const command = program
    .command('local')
    .description(
      'runs repositories on this machine in the foreground, with route server and Traefik, until Ctrl-C',
    )
    .argument('[paths...]', 'repositories, or folders of repositories (default: the working folder)');
  addLocalOptions(command, environment)
    .addHelpText('after', '\nExample:\n  $ sudo renet local examples')
    .action(async (paths: string[], options: LocalArguments) => {
      const { local } = await import('./local.ts');
      const runDir = resolve(runDirOf(program));
      await local({ ...readLocalOptions(options), print, runDir, paths: paths.length > 0 ? paths : ['.'] });
    });
}

function addStatusPage(program: Command, { print }: Entry): void {
  program
    .command('status-page')
    .description('tells where the status page of this machine is: repositories, routes, problems, live')
    .addHelpText('after', '\nExample:\n  $ renet status-page')
    .action(async () => {
      const { requireFrontDoor } = await import('./front-door.ts');
      const { router } = await requireFrontDoor(runDirOf(program));
      print(`http://${router.host}:${router.port}/`);
    });
}

/** The state folder of the route server, for commands that tell it something. */
function addRouterState(command: Command): Command {
  return command.option('--state-dir <folder>', "the route server's (default: that of the front door here)");
}

async function hostOptions(
  print: Entry['print'],
  stateDir: string | undefined,
  runDir: string,
): Promise<HostOptions> {
  const { routerStateOf } = await import('./front-door.ts');
  return { print, runDir, stateDir: await routerStateOf(stateDir, runDir) };
}

function addHost(program: Command, { print }: Entry): void {
  const host = program.command('host').description('hosts and entrypoints, and which repository has them');
  addRouterState(host.command('list'))
    .description('shows who has which host and entrypoint, and who waits for it')
    .addHelpText('after', '\nExample:\n  $ renet host list')
    .action(async ({ stateDir }: { stateDir?: string }) => {
      const { listHosts } = await import('./host.ts');
      await listHosts(await hostOptions(print, stateDir, runDirOf(program)));
    });
  addRouterState(host.command('release'))
    .description('takes a host or entrypoint from the repository that has it; the next in line gets it')
    .argument('<name>', 'as in app.example.com or tcp-5432')
    .addHelpText('after', '\nExample:\n  $ renet host release app.example.com')
    .action(async (name: string, { stateDir }: { stateDir?: string }) => {
      const { releaseHost } = await import('./host.ts');
      await releaseHost(name, await hostOptions(print, stateDir, runDirOf(program)));
    });
}

function addTrust(repo: Command, program: Command, { print }: Entry): void {
  const words = [
    ['trust', true, 'lets the labels of a repository mean exactly what they mean to Traefik, without limits'],
    ['untrust', false, 'sets the limits for labels of a repository again'],
  ] as const;
  for (const [word, trusted, description] of words) {
    addRouterState(repo.command(word))
      .description(description)
      .argument('<repository>', 'its name, or its network id')
      .addHelpText('after', `\nExample:\n  $ renet repo ${word} my-app`)
      .action(async (name: string, { stateDir }: { stateDir?: string }) => {
        const { trustRepository } = await import('./trust.ts');
        await trustRepository(name, trusted, await hostOptions(print, stateDir, runDirOf(program)));
      });
  }
}
