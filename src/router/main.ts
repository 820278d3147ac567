import { type Command, Option } from 'commander';
import type { Entry } from '../core/entry.ts';
import { Refusal } from '../core/refusal.ts';
import { DEFAULT_RUN_DIR } from '../core/repository/record.ts';

type ServeOptions = {
  readonly sockets: string;
  readonly listen: string;
  readonly baseDomain?: string;
  readonly entrypoints: string;
  readonly certResolvers: string;
  readonly autoRoutes: 'on' | 'off';
  readonly trustLabels?: true;
  readonly grace: string;
};

/** `renet router`: the route server. */
export function addRouterCommands(program: Command, entry: Entry): void {
  const router = program.command('router').description('the route server: what Traefik asks for its routes');
  router
    .command('serve')
    .description('serves the routes of all running containers, until it is stopped')
    .option(
      '--sockets <pattern>',
      "the daemons' sockets; * is the network id",
      `${DEFAULT_RUN_DIR}/docker-*.sock`,
    )
    .option('--listen <host:port>', 'where Traefik finds it', '127.0.0.1:7111')
    .option(
      '--base-domain <domain>',
      'auto-routes are {service}-{networkID}.<domain>; without it there are none',
    )
    .option('--entrypoints <names>', "Traefik's entrypoints here, with commas; any: not checked", 'any')
    .option(
      '--cert-resolvers <names>',
      "Traefik's certificate resolvers, with commas; ignored: labels may name any",
      '',
    )
    .addOption(
      new Option('--auto-routes <on|off>', 'routes for containers without Traefik labels')
        .choices(['on', 'off'])
        .default('on'),
    )
    .option(
      '--trust-labels',
      "labels mean exactly what they mean to Traefik's own Docker provider: no limits for any repository",
    )
    .option('--grace <seconds>', 'how long the routes of a daemon that does not answer stay', '600')
    .addHelpText('after', '\nExample:\n  $ renet router serve --base-domain example.com')
    .action(async (options: ServeOptions) => serve(options, entry));
}

async function serve(options: ServeOptions, entry: Entry): Promise<void> {
  const { host, port } = readListen(options.listen);
  const [{ createRouter }, { pino }] = await Promise.all([import('./router.ts'), import('pino')]);
  const log = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
  const router = await createRouter({
    version: entry.version,
    log,
    sockets: options.sockets,
    grace: readSeconds(options.grace) * 1000,
    settings: {
      ...(options.baseDomain ? { baseDomain: options.baseDomain } : {}),
      entryPoints: options.entrypoints === 'any' ? 'any' : readNames(options.entrypoints),
      autoRoutes: options.autoRoutes === 'on',
      trusted: options.trustLabels === true,
      certResolvers: options.certResolvers === 'ignored' ? 'ignored' : readNames(options.certResolvers),
    },
  });
  await new Promise<void>((resolve, reject) => {
    router.server.on('error', (error: NodeJS.ErrnoException) => {
      router.close();
      reject(error.code === 'EADDRINUSE' ? taken(options.listen) : error);
    });
    router.server.listen({ host, port }, () => log.info({ listen: options.listen }, 'listening'));
    router.server.on('close', resolve);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, router.close);
  });
}

function readNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function readSeconds(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Refusal(
    'option-invalid',
    `--grace '${text}' is no number of seconds`,
    'Write it as in --grace 600.',
  );
}

function readListen(text: string): { host: string; port: number } {
  const [, host, digits] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host !== undefined && port <= 65535) return { host, port };
  throw new Refusal(
    'option-invalid',
    `--listen '${text}' is not an address and a port`,
    'Write it as in --listen 127.0.0.1:7111.',
  );
}

function taken(listen: string): Refusal {
  return new Refusal(
    'port-taken',
    `another process already listens on ${listen}`,
    'Is a route server running? Stop it, or choose another port with --listen.',
  );
}
