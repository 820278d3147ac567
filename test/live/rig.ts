import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadBuiltImages } from '../../scripts/images.ts';
import { serviceAddress } from '../../src/core/network/subnet.ts';
import { type DaemonPlaces, daemonPlaces } from '../../src/core/repository/daemon.ts';
import type { RouteList, RouteListing } from '../../src/core/routes/route-list.ts';
import { run } from '../../src/edges/process.ts';
import { startDaemon, startDockerd } from '../../src/renet/local/daemon.ts';
import type { Part } from '../../src/renet/local/part.ts';
import { routerJson, until } from './lab.ts';
import { type RouteServer, startRouteServer } from './route-server.ts';

/** A route server alone, with Docker daemons as a test wants them. */
export type Rig = AsyncDisposable & {
  readonly runDir: string;
  /** @param flags of dockerd */
  readonly daemon: (networkId: number, ...flags: string[]) => Promise<Daemon>;
  /** The route server's state folder. */
  readonly routerState: string;
  readonly serve: (...args: string[]) => Promise<ChildProcess>;
  readonly stop: (router: ChildProcess) => Promise<void>;
  /** What route servers have logged. */
  readonly log: () => string;
  /** Names of the HTTP routers that are published. */
  readonly routers: () => Promise<string[]>;
  readonly tcpRouters: () => Promise<readonly RouteListing[]>;
  readonly health: () => Promise<Health>;
};

export type Health = {
  status: string;
  trouble?: string;
  problems: number;
  daemons: { networkId: number; state: string; reason?: string; containers: number }[];
};

export type Daemon = {
  readonly docker: (...args: string[]) => Promise<string>;
  /** `docker run -d` with the labels of renet compose; prints nothing but the id. */
  readonly container: (name: string, slot: number, ...options: string[]) => Promise<string>;
  /** An HTTP server on port 80 of its address, with one page. */
  readonly web: (name: string, slot: number) => Promise<string>;
  /** The one that was started last. */
  readonly dockerd: Part;
  /** Starts dockerd again, after it has ended. */
  readonly again: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const PORT = 7111;

/** Waits until the HTTP routers are these. */
export function published(rig: Rig, ...names: string[]): Promise<void> {
  return until(`the routers are ${names}`, async () => (await rig.routers()).join() === names.join());
}

export function createRig(): Rig {
  const folder = mkdtempSync(join(tmpdir(), 'rediacc-rig-'));
  chmodSync(folder, 0o755);
  const dirs = { runDir: join(folder, 'run'), stateDir: join(folder, 'state') };
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const routers: RouteServer[] = [];
  const routerState = join(dirs.stateDir, 'router');
  return {
    runDir: dirs.runDir,
    routerState,
    log: () => routers.map(({ log }) => log()).join(''),
    stop: async (router) => {
      router.kill();
      if (router.exitCode === null) await once(router, 'exit');
    },
    tcpRouters: async () => (await routerJson<RouteList>('/routes.json', PORT)).tcp,
    daemon: (networkId, ...flags) => createDaemon(daemonPlaces(dirs, networkId), flags, stack),
    serve: async (...args) => {
      const places = [`--sockets=${dirs.runDir}/docker-*.sock`, `--state-dir=${routerState}`];
      const router = await startRouteServer([...places, '--base-domain=test', ...args], stack);
      routers.push(router);
      return router.child;
    },
    routers: async () =>
      (await routerJson<{ http: { name: string }[] }>('/routes.json', PORT)).http.map(({ name }) => name),
    health: () => routerJson<Health>('/health', PORT),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function createDaemon(
  places: DaemonPlaces,
  flags: readonly string[],
  rig: AsyncDisposableStack,
): Promise<Daemon> {
  const { networkId } = places;
  const own = rig.use(new AsyncDisposableStack());
  const running = { stack: own, stop: new AbortController().signal, flags };
  let [, dockerd] = (await startDaemon(`test ${networkId}`, places, running)) as [Part, Part];
  const docker = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(['docker', '-H', `unix://${places.socket}`, ...args]);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  await loadBuiltImages(places.socket, 'hello', () => {});
  const labels = (name: string, slot: number): string[] =>
    [`network_id=${networkId}`, `service_ip=${serviceAddress(networkId, slot)}`, `service_name=${name}`].map(
      (label) => `--label=rediacc.${label}`,
    );
  return {
    docker,
    web: (name, slot) => {
      const address = serviceAddress(networkId, slot);
      const serve = `mkdir /page && echo ${name} >/page/index.html && exec httpd -f -h /page -p ${address}:80`;
      const options = ['-d', '--init', '--network=host', `--name=${name}`, '--label=rediacc.service_port=80'];
      return docker('run', ...options, ...labels(name, slot), 'busybox', 'sh', '-c', serve);
    },
    get dockerd() {
      return dockerd;
    },
    again: async () => {
      dockerd = await startDockerd(`test ${networkId}`, places, running);
    },
    container: (name, slot, ...options) =>
      docker(
        'run',
        '-d',
        '--init',
        '--network=host',
        `--name=${name}`,
        ...labels(name, slot),
        ...options,
        'busybox',
        'sleep',
        '1000',
      ),
    stop: () => own.disposeAsync(),
  };
}
