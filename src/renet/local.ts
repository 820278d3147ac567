import { mkdir } from 'node:fs/promises';
import type { Permissions } from '../core/repository/permissions.ts';
import { lockFolder } from '../edges/lock.ts';
import { type Starting, startDaemons } from './local/daemons.ts';
import { type LocalFence, raiseLocalFence } from './local/fence.ts';
import { followRoutes, urlOf } from './local/follow-routes.ts';
import { died, disposeTogether, type Part } from './local/part.ts';
import { serveProbe } from './local/probe.ts';
import {
  type ProxyPlaces,
  refuseTakenPorts,
  startRouteServer,
  startTraefik,
  tellFrontDoor,
} from './local/proxy.ts';
import { findRepositories } from './local/repositories.ts';
import { requirePrograms } from './requirements.ts';
import { Steps } from './steps.ts';

export type LocalOptions = ProxyPlaces & {
  /** What compose files may ask for that leads out of their repository. */
  readonly permissions: Permissions;
  readonly paths: readonly string[];
  readonly print: (line: string) => void;
};

/**
 * `renet local`: runs repositories on this machine without systemd, in the foreground: a Docker daemon for each, the route
 * server and Traefik. A second one, while one runs, adds its repositories to that one's proxy. Ends on a signal, or with a
 * failure when one of its processes ends.
 */
export async function local(options: LocalOptions): Promise<void> {
  const stop = untilSignal();
  await requirePrograms(options.isolation !== 'off');
  const repositories = await findRepositories(options.paths);
  await mkdir(options.runDir, { recursive: true });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => options.print('everything has stopped'));
  const proxyLock = await lockFolder(options.runDir, false);
  if (proxyLock !== undefined) {
    stack.defer(proxyLock.release);
    await refuseTakenPorts(options);
  }
  try {
    const steps = new Steps(options.print, 68);
    const step: Starting['step'] = (what, work) => steps.take(what, work);
    const fence = await prepareFence(options, { step, stack });
    if (fence !== undefined && proxyLock !== undefined) await serveProbe(fence, options.runDir, stack);
    const running = { stack, stop, step, ...(fence ? { fence } : {}) };
    const parts = await startDaemons(repositories, options, running);
    if (proxyLock !== undefined) {
      parts.push(...(await startProxy(options, running)));
      await tellFrontDoor(options, stack);
    } else options.print('a renet local runs already: its proxy serves these repositories, too');
    options.print(
      "ready: go to a repository's folder and run 'renet compose -- up -d'. Ctrl-C stops everything.",
    );
    const following = new AbortController();
    stack.defer(() => following.abort());
    if (proxyLock !== undefined) void followRoutes(options, options.print, following.signal);
    await untilOneEnds(parts, stop);
  } catch (error) {
    options.print(`${stop.aborted ? stop.reason : (error as Error).message}: stopping`);
    if (!stop.aborted) throw error;
  }
}

/** Nothing, where the operator trusts all repositories. */
function prepareFence(
  { isolation, print, ...options }: LocalOptions,
  { step, stack }: Pick<Starting, 'step' | 'stack'>,
): Promise<LocalFence> | undefined {
  if (isolation !== 'off')
    return step('repositories are kept apart', () => raiseLocalFence(options, isolation, stack));
  print(
    'repositories are not kept apart: containers reach those of others, and what listens on this machine',
  );
  return undefined;
}

/** Aborts at the first signal to stop. The next ones change nothing: containers get the time that they need. */
function untilSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort(signal));
  return stop.signal;
}

/** @throws the failure of the part that ended, or the reason to stop */
async function untilOneEnds(parts: readonly Part[], stop: AbortSignal): Promise<never> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  stop.addEventListener('abort', () => reject(stop.reason));
  stop.throwIfAborted();
  const ended = parts.map(async (part) => died(part, await part.ended));
  throw await Promise.race([stopped, ...ended]);
}

/** Traefik's end waits for the request that it has open, which the route server holds: so both are told at once. */
async function startProxy(options: LocalOptions, { step, stack, stop }: Starting): Promise<Part[]> {
  const { address, routerPort, httpPort, httpsPort } = options;
  const forRouter = new AsyncDisposableStack();
  const forTraefik = new AsyncDisposableStack();
  disposeTogether(stack, [forRouter, forTraefik]);
  const router = await step(`route server on ${address}:${routerPort}`, () =>
    startRouteServer(options, { stack: forRouter, stop }),
  );
  const pages = `${urlOf(`*.${options.baseDomain}`, httpsPort)}, HTTP on ${address}:${httpPort}`;
  const traefik = await step(`Traefik for ${pages}`, () =>
    startTraefik(options, { stack: forTraefik, stop }),
  );
  return [router, traefik];
}
