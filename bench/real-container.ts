import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browse } from '../scripts/browse.ts';
import { connectDocker } from '../src/edges/docker.ts';
import { page } from '../test/live/lab.ts';
import type { Daemon, Rig } from '../test/live/rig.ts';
import { firstAnswer } from './measure.ts';
import { BACKEND_PORT } from './proxies.ts';

/** A real daemon, and when its containers started. */
export type Host = {
  readonly daemon: Daemon;
  readonly socket: string;
  /** When a container started after `since`, in milliseconds since 1970, by the daemon's own event. */
  readonly startedAt: (id: string, since: number) => Promise<number>;
};

/** A container with a route to the backend, for `NAME.test`. */
export type Routed = { readonly host: Host; readonly name: string; readonly id: string };

export async function createHost(rig: Rig, networkId: number, stack: AsyncDisposableStack): Promise<Host> {
  const daemon = await rig.daemon(networkId);
  const socket = join(rig.runDir, `docker-${networkId}.sock`);
  const starts = new Map<string, number>();
  const stream = await connectDocker(socket, 5_000).watch(Date.now() / 1000, ({ id, action, at }) => {
    if (action === 'start') starts.set(id, at);
  });
  stack.defer(() => stream.close());
  return {
    daemon,
    socket,
    startedAt: async (id, since) => {
      await firstAnswer(async () => (starts.get(id) ?? 0) >= since);
      return starts.get(id) ?? 0;
    },
  };
}

export async function runRouted(host: Host, name: string, slot: number): Promise<Routed> {
  const labels = [
    'traefik.enable=true',
    `traefik.http.routers.${name}.rule=Host(\`${name}.test\`)`,
    `traefik.http.routers.${name}.entrypoints=web`,
    `traefik.http.services.${name}.loadbalancer.server.port=${BACKEND_PORT}`,
  ];
  const id = await host.daemon.container(name, slot, ...labels.map((label) => `--label=${label}`));
  return { host, name, id };
}

/**
 * Stops a container and starts it again.
 *
 * @param port of the Traefik by which it is seen
 * @returns milliseconds from the start event to the first page
 */
export async function timeStart(container: Routed, port: number, quiet: number): Promise<number> {
  const { host, name, id } = container;
  await stop([container]);
  await page(address(name, port), 404);
  await sleep(quiet);
  const begin = Date.now();
  const starting = start(host, id);
  const answered = await firstAnswer(() => isRouted(name, port));
  await starting;
  return answered - (await host.startedAt(id, begin));
}

/**
 * Starts containers that are stopped.
 *
 * @param port of the Traefik by which they are seen
 * @returns milliseconds from the last start event to the last page
 */
export async function timeBurst(
  containers: readonly Routed[],
  port: number,
  startAll: (containers: readonly Routed[]) => Promise<void>,
): Promise<number> {
  const begin = Date.now();
  const starting = startAll(containers);
  let last = 0;
  for (const { name } of containers) last = await firstAnswer(() => isRouted(name, port));
  await starting;
  const starts = await Promise.all(containers.map(({ host, id }) => host.startedAt(id, begin)));
  return last - Math.max(...starts);
}

export async function startAtOnce(containers: readonly Routed[]): Promise<void> {
  await Promise.all(containers.map(({ host, id }) => start(host, id)));
}

export async function startInTurn(containers: readonly Routed[]): Promise<void> {
  for (const { host, id } of containers) await start(host, id);
}

export async function stop(containers: readonly Routed[]): Promise<void> {
  const [first] = containers;
  await first?.host.daemon.docker('stop', '-t', '0', ...containers.map(({ id }) => id));
}

/** As `docker start` does, but without the time that a program takes. */
async function start({ socket }: Host, id: string): Promise<void> {
  const sent = request({ socketPath: socket, method: 'POST', path: `/containers/${id}/start`, agent: false });
  const [response] = await once(sent.end(), 'response');
  response.resume();
  if (response.statusCode !== 204) throw new Error(`Docker answers ${response.statusCode} to a start`);
}

const address = (name: string, port: number): string => `http://${name}.test:${port}/`;

async function isRouted(name: string, port: number): Promise<boolean> {
  return (await browse(address(name, port))).status === 200;
}
