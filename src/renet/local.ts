import { mkdir, rm } from 'node:fs/promises';
import { subnet } from '../core/network/subnet.ts';
import { type DaemonPlaces, daemonPlaces } from '../core/repository/daemon.ts';
import { recordPath, writeRecord } from '../core/repository/record.ts';
import { writeWhole } from '../edges/files.ts';
import { lockFolder } from '../edges/lock.ts';
import { startDaemon } from './local/daemon.ts';
import { followRoutes, urlOf } from './local/follow-routes.ts';
import { assignNetworkIds } from './local/network-ids.ts';
import { died, type Part } from './local/part.ts';
import { type ProxyPlaces, refuseTakenPorts, startRouteServer, startTraefik } from './local/proxy.ts';
import { findRepositories, type Repository } from './local/repositories.ts';
import { requirePrograms } from './requirements.ts';

export type LocalOptions = ProxyPlaces & {
  readonly paths: readonly string[];
  readonly print: (line: string) => void;
};

type Step = <T>(what: string, work: () => Promise<T>) => Promise<T>;

/**
 * `renet local`: runs repositories on this machine without systemd, in the foreground: a Docker daemon for each, the route
 * server and Traefik. A second one, while one runs, adds its repositories to that one's proxy. Ends on a signal, or with a
 * failure when one of its processes ends.
 */
export async function local(options: LocalOptions): Promise<void> {
  const stopped = untilSignal();
  await requirePrograms();
  const repositories = await findRepositories(options.paths);
  await mkdir(options.runDir, { recursive: true });
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => options.print('everything has stopped'));
  const proxyLock = await lockFolder(options.runDir, false);
  if (proxyLock !== undefined) {
    stack.defer(proxyLock.release);
    await refuseTakenPorts(options);
  }
  const step = stepPrinter(options.print);
  const parts = await startDaemons(repositories, options, { step, stack });
  if (proxyLock === undefined)
    options.print('a renet local runs already: its proxy serves these repositories, too');
  else parts.push(...(await startProxy(options, { step, stack })));
  options.print(
    `ready: go to a repository's folder and run 'renet compose -- up -d'. Ctrl-C stops everything.`,
  );
  const following = new AbortController();
  if (proxyLock !== undefined) void followRoutes(options, options.print, following.signal);
  const end = await Promise.race([stopped, ...parts.map(async (part) => ({ part, how: await part.ended }))]);
  following.abort();
  options.print(
    typeof end === 'string' ? `${end}: stopping` : `${end.part.name} ${end.how}: stopping the rest`,
  );
  if (typeof end !== 'string') throw await died(end.part, end.how);
}

/** The first signal to stop. The next ones change nothing: containers get the time that they need. */
function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
  });
}

function stepPrinter(print: (line: string) => void): Step {
  return async (what, work) => {
    const begin = performance.now();
    const result = await work();
    print(`${what.padEnd(68)} ${((performance.now() - begin) / 1000).toFixed(1).padStart(5)} s`);
    return result;
  };
}

type Starting = { readonly step: Step; readonly stack: AsyncDisposableStack };

async function startDaemons(
  repositories: readonly Repository[],
  { runDir, stateDir }: LocalOptions,
  { step, stack }: Starting,
): Promise<Part[]> {
  const ids = await assignNetworkIds(
    stateDir,
    repositories.map(({ path }) => path),
  );
  const starting = repositories.map((repository) => {
    const places = daemonPlaces({ runDir, stateDir }, ids.get(repository.path) ?? 0);
    const title = `${repository.name}: Docker daemon ${places.networkId} (${subnet(places.networkId)})`;
    // Each on a stack of its own, so that they also stop side by side.
    const own = new AsyncDisposableStack();
    return { own, parts: step(title, () => startRepository(repository, places, { runDir, stack: own })) };
  });
  stack.defer(async () => {
    await Promise.all(starting.map(({ own }) => own.disposeAsync()));
  });
  const settled = await Promise.allSettled(starting.map(({ parts }) => parts));
  return settled.flatMap((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function startRepository(
  repository: Repository,
  places: DaemonPlaces,
  { runDir, stack }: { runDir: string; stack: AsyncDisposableStack },
): Promise<Part[]> {
  const record = recordPath(runDir, places.networkId);
  const { networkId, socket, stateDir } = places;
  const forget = () => rm(record, { force: true });
  stack.defer(forget);
  // Before the daemon: the route server looks for it when the socket appears, and takes its end for that of the repository.
  await writeWhole(record, writeRecord({ ...repository, networkId, socket, stateDir }));
  const parts = await startDaemon(repository.name, places, stack);
  stack.defer(forget);
  return parts;
}

async function startProxy(options: LocalOptions, { step, stack }: Starting): Promise<Part[]> {
  const { address, routerPort, httpPort, httpsPort } = options;
  const router = await step(`route server on ${address}:${routerPort}`, () =>
    startRouteServer(options, stack),
  );
  const pages = `${urlOf(`*.${options.baseDomain}`, httpsPort)}, HTTP on ${address}:${httpPort}`;
  const traefik = await step(`Traefik for ${pages}`, () => startTraefik(options, stack));
  return [router, traefik];
}
