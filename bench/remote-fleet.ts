import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { sparing } from '../src/core/repository/launch.ts';
import { get } from '../src/edges/http.ts';
import { RENET, until } from '../test/live/lab.ts';
import type { Change, Order } from './fleet.ts';
import type { Ready } from './fleet-process.ts';

export const ROUTER = { host: '127.0.0.1', port: 7111 } as const;

/** Fake daemons, in another process. */
export type RemoteFleet = {
  readonly sockets: readonly string[];
  readonly pattern: string;
  readonly change: (daemon: number) => Promise<Change>;
};

export async function startFleet(order: Order, stack: AsyncDisposableStack): Promise<RemoteFleet> {
  const child = fork(join(import.meta.dirname, 'fleet-process.ts'), [JSON.stringify(order)]);
  stack.defer(async () => {
    child.disconnect();
    await once(child, 'exit');
  });
  const [{ sockets }] = (await once(child, 'message')) as [Ready];
  return {
    sockets,
    pattern: join(order.folder, 'docker-*.sock'),
    change: async (daemon) => {
      child.send(daemon);
      const [change] = (await once(child, 'message')) as [Change];
      return change;
    },
  };
}

/** A process that is ended with the stack. */
export function spawnFor(argv: readonly [string, ...string[]], stack: AsyncDisposableStack): ChildProcess {
  const [file, ...args] = argv;
  const child = spawn(file, args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return child;
}

/** The route server, with its first document. */
export async function startRouter(
  { pattern }: RemoteFleet,
  stateDir: string,
  stack: AsyncDisposableStack,
): Promise<ChildProcess> {
  const serve = [
    'router',
    'serve',
    `--sockets=${pattern}`,
    `--state-dir=${stateDir}`,
    '--base-domain=example.com',
  ];
  const child = spawnFor(sparing([RENET, ...serve]), stack);
  const answers = () => get(ROUTER, '/health', 1_000).catch(() => undefined);
  await until('the route server listens', async () => (await answers()) !== undefined);
  await get(ROUTER, '/traefik.yaml', 60_000);
  return child;
}
