import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Entry } from '../core/entry.ts';
import { Refusal } from '../core/refusal.ts';
import { DEFAULT_RUN_DIR, DEFAULT_STATE_DIR } from '../core/repository/record.ts';

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

type LocalArguments = Readonly<
  Record<'stateDir' | 'baseDomain' | 'httpPort' | 'httpsPort' | 'routerPort' | 'apiPort', string>
>;

function addLocal(program: Command, { environment, print }: Entry): void {
  program
    .command('local')
    .description(
      'runs repositories on this machine in the foreground, with route server and Traefik, until Ctrl-C',
    )
    .argument('[paths...]', 'repositories, or folders of repositories (default: the working folder)')
    .option('--http-port <port>', 'answers with a redirect to HTTPS', '80')
    .option('--https-port <port>', 'where pages are', '443')
    .option('--base-domain <domain>', 'auto-routes are {service}-{networkID}.<domain>', 'localhost')
    .option('--router-port <port>', 'of the route server', '7111')
    .option('--api-port <port>', "of Traefik's own API", '7112')
    .option(
      '--state-dir <folder>',
      'keeps images and volumes',
      environment['REDIACC_STATE_DIR'] ?? DEFAULT_STATE_DIR,
    )
    .addHelpText('after', '\nExample:\n  $ sudo renet local examples')
    .action(async (paths: string[], options: LocalArguments) => {
      const { local } = await import('./local.ts');
      await local({
        print,
        paths: paths.length > 0 ? paths : ['.'],
        address: '127.0.0.1',
        runDir: resolve(runDirOf(program)),
        stateDir: resolve(options.stateDir),
        baseDomain: options.baseDomain,
        httpPort: readPort('--http-port', options.httpPort),
        httpsPort: readPort('--https-port', options.httpsPort),
        routerPort: readPort('--router-port', options.routerPort),
        apiPort: readPort('--api-port', options.apiPort),
      });
    });
}

function readPort(option: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65535) return port;
  throw new Refusal(
    'option-invalid',
    `${option} '${text}' is no port`,
    'A port is a number from 1 to 65535.',
  );
}
