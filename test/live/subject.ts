import { WANTED, type Wanted } from '../docker-contract.ts';
import { until } from './lab.ts';
import { createRig, type Daemon } from './rig.ts';

/** A daemon, real or fake, that can be told to run containers. */
export type Subject = AsyncDisposable & {
  readonly socket: string;
  /** Starts one after the other. */
  readonly start: (containers: readonly Wanted[]) => Promise<void>;
  readonly removeAll: () => Promise<void>;
};

/** @param programs a folder with another dockerd than this machine's */
export async function realDaemon(programs?: string): Promise<Subject> {
  const rig = createRig();
  const daemon = await withPrograms(programs, () => rig.daemon(2816));
  return {
    socket: `${rig.runDir}/docker-2816.sock`,
    start: async (containers) => {
      for (const one of containers) await start(daemon, one);
    },
    removeAll: async () => {
      for (const { name } of WANTED) await daemon.docker('rm', '-f', name);
    },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

async function start(daemon: Daemon, { name, labels, exposed, state, health }: Wanted): Promise<void> {
  const options = [
    ...Object.entries(labels).map(([key, value]) => `--label=${key}=${value}`),
    ...exposed.map((port) => `--expose=${port}`),
    ...(health === undefined ? [] : HEALTH_OPTIONS[health]),
  ];
  const begin = state === 'created' ? ['create'] : ['run', '-d'];
  await daemon.docker(
    ...begin,
    '--network=host',
    '--init',
    `--name=${name}`,
    ...options,
    'busybox',
    'sleep',
    '100',
  );
  if (state === 'paused') await daemon.docker('pause', name);
  if (state === 'exited') await daemon.docker('stop', '-t', '0', name);
  if (health === undefined) return;
  const format = '{{.State.Health.Status}}';
  await until(`it is ${health}`, async () => (await daemon.docker('inspect', '-f', format, name)) === health);
}

const HEALTH_OPTIONS: Readonly<Record<NonNullable<Wanted['health']>, readonly string[]>> = {
  starting: ['--health-cmd=true', '--health-interval=100s'],
  healthy: ['--health-cmd=true', '--health-interval=100ms'],
  unhealthy: ['--health-cmd=false', '--health-interval=100ms', '--health-retries=1'],
};

/** Daemons find containerd and its parts on the PATH that they are started with. */
export async function withPrograms<T>(folder: string | undefined, work: () => Promise<T>): Promise<T> {
  if (folder === undefined) return work();
  const path = process.env['PATH'];
  process.env['PATH'] = `${folder}/usr/sbin:${folder}/usr/bin:${path}`;
  try {
    return await work();
  } finally {
    process.env['PATH'] = path;
  }
}
