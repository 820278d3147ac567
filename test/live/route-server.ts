import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { RENET, until } from './lab.ts';

/** A route server that listens. It is ended with the stack, and must then end well. */
export type RouteServer = { readonly child: ChildProcess; readonly log: () => string };

/** @param args of `renet router serve` */
export async function startRouteServer(
  args: readonly string[],
  stack: AsyncDisposableStack,
): Promise<RouteServer> {
  const child = spawn(RENET, ['router', 'serve', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill();
    const [code, signal] = await Promise.race([ended, sleep(2_000, ['still runs'], { ref: false })]);
    if (code !== 0) throw new Error(`the route server did not end well: ${code ?? signal}\n${log}`);
  });
  await until(
    () => `the route server listens; it says ${log}`,
    () => log.includes('"listening"'),
    ended,
  );
  return { child, log: () => log };
}
