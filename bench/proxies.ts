import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { HOLD_HEADER, POLL_INTERVAL, POLL_TIMEOUT, THROTTLE } from '../src/core/traefik/static-config.ts';
import { run } from '../src/edges/process.ts';
import { startTraefik } from '../test/differential/traefik.ts';
import { temporaryFolder } from './measure.ts';
import { ROUTER } from './remote-fleet.ts';

/** Behind every route: the same server, on every address of this machine. */
export const BACKEND_PORT = 8000;

/** A Traefik that asks our route server; its port. */
export function startOurs(port: number, stack: AsyncDisposableStack): Promise<number> {
  const http = {
    endpoint: `http://${ROUTER.host}:${ROUTER.port}/traefik.yaml`,
    pollInterval: POLL_INTERVAL,
    pollTimeout: POLL_TIMEOUT,
    headers: { [HOLD_HEADER]: 'true' },
  };
  return startProxy({ http, providersThrottleDuration: THROTTLE }, port, stack);
}

/** A Traefik that asks a daemon itself; its port. */
export function startTheirs(
  { socket, throttle = THROTTLE }: { socket: string; throttle?: string },
  port: number,
  stack: AsyncDisposableStack,
): Promise<number> {
  const docker = { endpoint: `unix://${socket}`, exposedByDefault: false };
  return startProxy({ docker, providersThrottleDuration: throttle }, port, stack);
}

async function startProxy(
  providers: Readonly<Record<string, unknown>>,
  port: number,
  stack: AsyncDisposableStack,
): Promise<number> {
  const apiPort = port - 1;
  stack.use(await startTraefik(providers, temporaryFolder(stack), apiPort));
  return port;
}

/** Starts the server behind the routes. */
export async function serveBackend(stack: AsyncDisposableStack): Promise<void> {
  const server = createServer((_, response) => response.end('here\n')).listen(BACKEND_PORT, '0.0.0.0');
  await once(server, 'listening');
  stack.defer(() => {
    server.close();
    server.closeAllConnections();
  });
}

/**
 * For a container on the host's network Traefik's provider asks the resolver for `host.docker.internal`, and without an answer
 * for another name (pkg/provider/docker/config.go), at every change. Here nobody would answer, which takes seconds; to be fair the
 * answer is in a file.
 */
export async function nameTheHost(stack: AsyncDisposableStack): Promise<void> {
  const hosts = join(temporaryFolder(stack), 'hosts');
  writeFileSync(hosts, `${readFileSync('/etc/hosts', 'utf8')}\n127.0.0.1 host.docker.internal\n`);
  await run(['mount', '--bind', hosts, '/etc/hosts']);
  stack.defer(async () => void (await run(['umount', '/etc/hosts'])));
}
