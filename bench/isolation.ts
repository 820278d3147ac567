import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { loadBuiltImages } from '../scripts/images.ts';
import { serviceAddress } from '../src/core/network/subnet.ts';
import { daemonPlaces } from '../src/core/repository/daemon.ts';
import { recordPath, writeRecord } from '../src/core/repository/record.ts';
import { writeWhole } from '../src/edges/files.ts';
import { runToEnd } from '../src/edges/process.ts';
import { startDaemon } from '../src/renet/local/daemon.ts';
import { type LocalFence, raiseLocalFence } from '../src/renet/local/fence.ts';
import { interleaved, median, type Row, temporaryFolder, timed } from './measure.ts';

const FENCED = 2816;
const OPEN = 2880;
const PORT = 8090;
const ROUNDS = 15;
const COUNT = 8000;
const MOST = 1.1;
const MOST_START = 30;

type Side = {
  /** What a program inside a container prints. */
  readonly inside: (...argv: string[]) => Promise<string>;
  readonly address: string;
  readonly page: string;
  readonly start: () => Promise<number>;
  /** The same with a mount, which is looked at. */
  readonly startMounted: () => Promise<number>;
};

/** What keeping repositories apart costs: the same containers in a repository with it, and in one without. */
export async function benchIsolation(): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const folder = temporaryFolder(stack);
  const dirs = { runDir: `${folder}/run`, stateDir: `${folder}/state` };
  const latency = join(folder, 'latency');
  await runToEnd('cc', '-O2', '-static', '-o', latency, join(import.meta.dirname, 'latency.c'));
  const host = await hostRow(latency, dirs, stack);
  const fence = await raiseLocalFence(dirs, [], stack);
  const ours = await startSide({ id: FENCED, latency, dirs, fence }, stack);
  const theirs = await startSide({ id: OPEN, latency, dirs }, stack);
  const inside = (kind: string) => (side: Side) =>
    side.inside('/latency', kind, side.address, String(PORT), String(COUNT));
  const outside = (side: Side) => runToEnd(latency, 'tcp', side.address, String(PORT), String(COUNT));
  const rate =
    (...options: string[]) =>
    async (side: Side) => {
      const output = await runToEnd(
        'wrk',
        '--threads=1',
        '--connections=32',
        '--duration=1s',
        ...options,
        side.page,
      );
      const rate = Number(/Requests\/sec: +([\d.]+)/.exec(output)?.[1]);
      return String(1e9 / rate);
    };
  const compare = async (measure: string, ask: (side: Side) => Promise<string>): Promise<Row> => {
    const sample = (side: Side) => async () => Number(await ask(side)) / 1000;
    const samples = await interleaved(ROUNDS, sample(ours), sample(theirs));
    return ratioRow(measure, median(samples.ours), median(samples.theirs));
  };
  return [
    await compare('container to container, connection and request', inside('tcp')),
    await compare('container to container, UDP there and back', inside('udp')),
    await compare('machine to container, connection and request, as Traefik', outside),
    await compare('wrk to nginx, a connection for each request', rate('--header=Connection: close')),
    await compare('wrk to nginx, connections kept', rate()),
    await startRow('docker run --rm … true', ours.start, theirs.start),
    await startRow('docker run --rm, a folder mounted', ours.startMounted, theirs.startMounted),
    host,
  ];
}

function ratioRow(measure: string, ours: number, theirs: number): Row {
  const goal = `at most ${MOST} times`;
  return {
    measure,
    ours,
    against: { name: 'without', value: theirs },
    unit: 'us',
    goal,
    ok: ours <= MOST * theirs,
  };
}

type Start = Side['start'];

async function startRow(measure: string, ours: Start, theirs: Start): Promise<Row> {
  const samples = await interleaved(ROUNDS, ours, theirs);
  const [mine, other] = [median(samples.ours), median(samples.theirs)];
  return {
    measure,
    ours: mine,
    against: { name: 'without', value: other },
    unit: 'ms',
    goal: `at most ${MOST_START} ms more`,
    ok: mine - other <= MOST_START,
  };
}

type Dirs = { readonly runDir: string; readonly stateDir: string };
type Starting = {
  readonly id: number;
  readonly latency: string;
  readonly dirs: Dirs;
  readonly fence?: LocalFence;
};

/** A daemon with a server of TCP and UDP, a client beside it, and nginx. */
async function startSide({ id, latency, dirs, fence }: Starting, stack: AsyncDisposableStack): Promise<Side> {
  const places = daemonPlaces(dirs, id);
  const own = stack.use(new AsyncDisposableStack());
  const stop = new AbortController().signal;
  // Its folder, in which `latency` is, is the repository.
  await writeWhole(
    recordPath(dirs.runDir, id),
    writeRecord({ ...places, name: String(id), path: dirname(latency) }),
  );
  await startDaemon(String(id), places, { stack: own, stop, ...(fence ? { fence } : {}) });
  for (const bundle of ['hello', 'as-published'] as const)
    await loadBuiltImages(places.socket, bundle, () => {});
  const docker = (...args: string[]): Promise<string> =>
    runToEnd('docker', '--host', `unix://${places.socket}`, ...args);
  const container = async (name: string, slot: number, ...rest: string[]): Promise<string> => {
    const address = serviceAddress(id, slot);
    const options = ['--network=host', `--env=SERVICE_IP=${address}`, `--volume=${latency}:/latency:ro`];
    await docker('run', '--detach', `--name=${name}`, ...options, ...rest);
    return address;
  };
  const address = await container(
    'server',
    0,
    'busybox',
    '/latency',
    'serve',
    serviceAddress(id, 0),
    String(PORT),
  );
  await container('client', 1, 'busybox', 'sleep', '1000');
  const listen = serviceAddress(id, 2);
  const text = `server { listen ${listen}:80; location / { root /usr/share/nginx/html; } }`;
  const page = await container(
    'nginx',
    2,
    'nginx:1.26',
    'sh',
    '-c',
    `echo '${text}' >/etc/nginx/conf.d/default.conf && exec nginx -g 'daemon off;'`,
  );
  const run = ['run', '--rm', '--network=host', `--env=SERVICE_IP=${serviceAddress(id, 3)}`];
  return {
    address,
    page: `http://${page}/`,
    inside: (...argv) => docker('exec', 'client', ...argv),
    start: () => timed(() => docker(...run, 'busybox', 'true')),
    startMounted: () => timed(() => docker(...run, `--volume=${dirname(latency)}:/x`, 'busybox', 'true')),
  };
}

/** Two processes of the machine, while programs are attached for repositories and while not. */
async function hostRow(latency: string, dirs: Dirs, stack: AsyncDisposableStack): Promise<Row> {
  const server = spawn(latency, ['serve', '127.0.0.1', String(PORT)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  stack.defer(() => void server.kill());
  await once(server.stdout, 'data');
  const ask = async (): Promise<number> =>
    Number(await runToEnd(latency, 'tcp', '127.0.0.1', String(PORT), String(COUNT))) / 1000;
  const samples = await interleaved(
    ROUNDS,
    async () => {
      await using raised = new AsyncDisposableStack();
      await raiseLocalFence(dirs, [], raised);
      return ask();
    },
    ask,
  );
  return ratioRow('machine to itself, connection and request', median(samples.ours), median(samples.theirs));
}
