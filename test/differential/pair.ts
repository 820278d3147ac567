import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeDocker, type FakeContainer } from '../fake-docker.ts';
import { RENET, until } from '../live/lab.ts';
import { type RawData, type RealTraefik, startTraefik } from './traefik.ts';

export const NETWORK_ID = 2816;
const LISTEN = '127.0.0.1:7111';

/** One fake daemon, and two real Traefiks that learn of its containers: by Traefik's Docker provider, and by our route server. */
export type Pair = AsyncDisposable & {
  /** Shows containers to both, and waits until both have them. */
  readonly show: (containers: readonly FakeContainer[]) => Promise<{ theirs: RawData; ours: RawData }>;
  readonly theirLog: () => string;
  readonly ourLog: () => string;
};

/** @param options of the route server */
export async function createPair(options: readonly string[]): Promise<Pair> {
  const stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'rediacc-pair-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['docker', 'http']) mkdirSync(join(folder, name));
  const socket = join(folder, `docker-${NETWORK_ID}.sock`);
  const daemon = stack.use(await createFakeDocker(socket));
  await startRouteServer(folder, options, stack);
  const [docker, http] = await Promise.all([
    startTraefik(
      { docker: { endpoint: `unix://${socket}`, exposedByDefault: false } },
      join(folder, 'docker'),
      18_000,
    ),
    startTraefik(
      { http: { endpoint: `http://${LISTEN}/traefik.yaml`, pollInterval: '10ms', pollTimeout: '30s' } },
      join(folder, 'http'),
      18_100,
    ),
  ]);
  stack.use(docker);
  stack.use(http);
  let round = 0;
  return {
    theirLog: docker.log,
    ourLog: http.log,
    show: async (containers) => {
      round += 1;
      const mark = `sentinel-${round}`;
      daemon.show([...containers.map((one) => ({ ...one, id: idOf(one, round) })), sentinel(mark)]);
      const [theirs, ours] = await Promise.all([
        settled(docker, `${mark}@docker`),
        settled(http, `${mark}-${NETWORK_ID}@http`),
      ]);
      return { theirs, ours };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** New in each round, as labels never change in the life of a container; in the same order for both. */
function idOf({ id }: FakeContainer, round: number): string {
  return createHash('sha256').update(`${id} ${round}`).digest('hex');
}

/** What has it has everything that was shown with it. */
function sentinel(name: string): FakeContainer {
  const address = '127.0.11.62';
  return {
    id: createHash('sha256').update(name).digest('hex'),
    name,
    address,
    exposed: [],
    state: 'running',
    labels: {
      'rediacc.network_id': String(NETWORK_ID),
      'rediacc.service_ip': address,
      'traefik.enable': 'true',
      [`traefik.http.routers.${name}.rule`]: 'Host(`sentinel`)',
      [`traefik.http.routers.${name}.entrypoints`]: 'web',
      [`traefik.http.services.${name}.loadbalancer.server.port`]: '1',
    },
  };
}

async function settled(traefik: RealTraefik, router: string): Promise<RawData> {
  let data: RawData = {};
  await until(
    () => `${router} is known; Traefik says ${traefik.log().split('\n').slice(-6).join('\n')}`,
    async () => {
      data = await traefik.rawData();
      return data['routers']?.[router] !== undefined;
    },
  );
  return data;
}

async function startRouteServer(
  folder: string,
  options: readonly string[],
  stack: AsyncDisposableStack,
): Promise<void> {
  const child = spawn(
    RENET,
    [
      'router',
      'serve',
      `--sockets=${folder}/docker-*.sock`,
      `--state-dir=${folder}/state`,
      `--listen=${LISTEN}`,
      ...options,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = once(child, 'exit');
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  stack.defer(async () => {
    child.kill();
    await ended;
  });
  await until(
    () => `the route server listens; it says ${log}`,
    () => log.includes('"listening"'),
    ended,
  );
}
