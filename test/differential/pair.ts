import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOLD_HEADER, POLL_TIMEOUT } from '../../src/core/traefik/static-config.ts';
import { createFakeDocker, type FakeContainer } from '../fake-docker.ts';
import { until } from '../live/lab.ts';
import { startRouteServer } from '../live/route-server.ts';
import { type RawData, type RealTraefik, startTraefik } from './traefik.ts';

export const NETWORK_ID = 2816;
const LISTEN = '127.0.0.1:7111';

/** A fake daemon, the route server that watches it, and a real Traefik that asks the route server. */
export type Stage = AsyncDisposable & {
  readonly folder: string;
  readonly socket: string;
  /** Shows containers to all who watch, with a mark to know by that they have been seen. */
  readonly show: (containers: readonly FakeContainer[]) => { readonly mark: string };
  /** How many are being told of containers. */
  readonly watchers: () => number;
  /** What Traefik has, once it has what was shown. */
  readonly ours: (mark: string) => Promise<RawData>;
};

/** The same, and a second real Traefik, which learns of the containers by its own Docker provider. */
export type Pair = AsyncDisposable & {
  readonly stage: Stage;
  /** What the Traefik with its own provider has logged. */
  readonly theirLog: () => string;
  /** Shows containers to both, and waits until both have them. */
  readonly show: (containers: readonly FakeContainer[]) => Promise<{ theirs: RawData; ours: RawData }>;
};

/** @param options of the route server */
export async function createStage(options: readonly string[]): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'rediacc-stage-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'http'));
  const socket = join(folder, `docker-${NETWORK_ID}.sock`);
  const daemon = stack.use(await createFakeDocker(socket));
  const places = [`--sockets=${folder}/docker-*.sock`, `--state-dir=${folder}/state`, `--listen=${LISTEN}`];
  await startRouteServer([...places, ...options], stack);
  const provider = {
    endpoint: `http://${LISTEN}/traefik.yaml`,
    pollInterval: '10ms',
    pollTimeout: POLL_TIMEOUT,
    headers: { [HOLD_HEADER]: '1' },
  };
  const traefik = stack.use(await startTraefik({ http: provider }, join(folder, 'http'), 18_100));
  let round = 0;
  return {
    folder,
    socket,
    watchers: daemon.watchers,
    show: (containers) => {
      round += 1;
      const mark = `sentinel-${round}`;
      daemon.show([...containers.map((one) => ({ ...one, id: idOf(one, round) })), sentinel(mark)]);
      return { mark };
    },
    ours: (mark) => settled(traefik, `${mark}-${NETWORK_ID}@http`),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** @param options of the route server */
export async function createPair(options: readonly string[]): Promise<Pair> {
  const stack = new AsyncDisposableStack();
  const stage = stack.use(await createStage(options));
  const folder = join(stage.folder, 'docker');
  mkdirSync(folder);
  const provider = { endpoint: `unix://${stage.socket}`, exposedByDefault: false };
  const traefik = stack.use(await startTraefik({ docker: provider }, folder, 18_000));
  // It lists containers first, and is told of events from then on: what is shown in between is lost to it.
  await until('both are told of containers', () => stage.watchers() === 2);
  return {
    stage,
    theirLog: traefik.log,
    show: async (containers) => {
      const { mark } = stage.show(containers);
      const [theirs, ours] = await Promise.all([settled(traefik, `${mark}@docker`), stage.ours(mark)]);
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
      // Said once, and never again for the same document.
      const refusal = /^.*Provider error.*$/m.exec(traefik.log())?.[0];
      if (refusal !== undefined) throw new Error(`Traefik refuses the document: ${refusal}`);
      return data['routers']?.[router] !== undefined;
    },
  );
  return data;
}
