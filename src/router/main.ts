import type { Command } from 'commander';
import type { Entry } from '../core/entry.ts';
import { readPortOption } from '../core/network/port-options.ts';
import { Refusal } from '../core/refusal.ts';
import { activatedSocket } from '../edges/activation.ts';
import { watchIsolation } from './isolation.ts';
import { addServeOptions, readListen, readSeconds, readSettings, type ServeOptions } from './options.ts';

/** `renet router`: the route server. */
export function addRouterCommands(program: Command, entry: Entry): void {
  const router = program.command('router').description('the route server: what Traefik asks for its routes');
  const command = router
    .command('serve')
    .description('serves the routes of all running containers, until it is stopped');
  addServeOptions(command)
    .addHelpText('after', '\nExample:\n  $ renet router serve --base-domain example.com')
    .action(async (options: ServeOptions) => {
      // Other commands, which must start fast, do without what reads the file.
      const { withInfra } = await import('./infra.ts');
      await serve(await withInfra(options, command), entry);
    });
}

async function serve(options: ServeOptions, entry: Entry): Promise<void> {
  const { host, port } = readListen(options.listen);
  const fd = activatedSocket(process.env, process.pid);
  const [{ createRouter }, { pino }] = await Promise.all([import('./router.ts'), import('pino')]);
  const log = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
  const { settings, ranges } = readSettings(options);
  const api = options.traefikApi === '' ? undefined : readListen(options.traefikApi);
  const router = await createRouter({
    version: entry.version,
    log,
    settings,
    ranges,
    sockets: options.sockets,
    stateDir: options.stateDir,
    grace: readSeconds(options.grace) * 1000,
    traefikApi: api,
    traefik: api === undefined || options.traefikUnit === '' ? undefined : { api, unit: options.traefikUnit },
    httpsPort: readPortOption('--https-port', options.httpsPort),
    isolation: watchIsolation(options.isolationProbe || undefined),
  });
  await new Promise<void>((resolve, reject) => {
    router.server.on('error', (error: NodeJS.ErrnoException) => {
      router.close();
      reject(error.code === 'EADDRINUSE' ? taken(options.listen) : error);
    });
    const where = fd === undefined ? { listen: options.listen } : { socket: 'from systemd' };
    router.server.listen(fd === undefined ? { host, port } : { fd }, () => log.info(where, 'listening'));
    router.server.on('close', resolve);
    // Of no effect where nobody listens to it yet.
    process.on('SIGWINCH', router.letGo);
    process.on('SIGHUP', () => void router.lookAgain());
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, router.close);
  });
}

function taken(listen: string): Refusal {
  return new Refusal(
    'port-taken',
    `another process already listens on ${listen}`,
    'Is a route server running? Stop it, or choose another port with --listen.',
  );
}
