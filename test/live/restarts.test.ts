import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordPath, writeRecord } from '../../src/core/repository/record.ts';
import { until } from './lab.ts';
import { createRig, type Rig } from './rig.ts';

const BOTH = ['auto.web-2816', 'auto.web-2880'];
const stateOf = async (rig: Rig, id: number) =>
  (await rig.health()).daemons.find(({ networkId }) => networkId === id)?.state;
const isPublished = (rig: Rig, ...names: string[]) =>
  until(`the routers are ${names}`, async () => (await rig.routers()).join() === names.join());

/** Two daemons with a container each, and a route server that has seen them and has stopped. */
async function seenOnce() {
  const rig = createRig();
  const [first, second] = [await rig.daemon(2816), await rig.daemon(2880)];
  await first.container('web', 0);
  await second.container('web', 0);
  const router = await rig.serve();
  expect(await rig.routers()).toEqual(BOTH);
  await until(
    'both are saved',
    () => readdirSync(rig.routerState).filter((name) => name.startsWith('daemon-')).length === 2,
  );
  await rig.stop(router);
  return { rig, first, second, [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() };
}

test('a daemon that is down when the route server starts keeps its routes for the grace period', async () => {
  await using seen = await seenOnce();
  const { rig, second } = seen;
  second.dockerd.child.kill('SIGKILL');
  await second.dockerd.ended;
  const router = await rig.serve('--grace=2');
  expect(await rig.routers()).toEqual(BOTH);
  expect(await stateOf(rig, 2880)).toBe('unreachable');
  await isPublished(rig, 'auto.web-2816');

  // And what has run out is not there again after the next start.
  await rig.stop(router);
  await rig.serve();
  expect(await rig.routers()).toEqual(['auto.web-2816']);
});

test('a daemon that hangs when the route server starts keeps its routes, and delays nobody', async () => {
  await using seen = await seenOnce();
  const { rig, first, second } = seen;
  second.dockerd.child.kill('SIGSTOP');
  await rig.serve();
  expect(await rig.routers()).toEqual(BOTH);
  await first.container('late', 1);
  await isPublished(rig, 'auto.late-2816', ...BOTH);
  second.dockerd.child.kill('SIGCONT');
  await until('it is up', async () => (await stateOf(rig, 2880)) === 'up');
  expect(await rig.routers()).toEqual(['auto.late-2816', ...BOTH]);
});

test('what has gone while the route server was down is gone', async () => {
  await using seen = await seenOnce();
  const { rig, first } = seen;
  await first.docker('rm', '-f', 'web');
  await rig.serve();
  expect(await rig.routers()).toEqual(['auto.web-2880']);
});

test('a repository that was taken down while the route server was down has no routes', async () => {
  await using rig = createRig();
  mkdirSync(join(rig.runDir, 'repositories'), { recursive: true });
  const record = recordPath(rig.runDir, 2816);
  writeFileSync(record, writeRecord({ networkId: 2816, name: 'shop', path: '/x', socket: '', stateDir: '' }));
  const daemon = await rig.daemon(2816);
  await daemon.container('web', 0);
  const router = await rig.serve();
  const file = join(rig.routerState, 'daemon-2816.json');
  await until('it is saved', () => readdirSync(rig.routerState).includes('daemon-2816.json'));
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ repository: 'shop' });
  // Labels can hold credentials.
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await rig.stop(router);
  rmSync(record);
  await daemon.stop();
  await rig.serve();
  expect(await rig.routers()).toEqual([]);
  await until('it is forgotten', () => !readdirSync(rig.routerState).includes('daemon-2816.json'));
});

test('cut state files are set aside', async () => {
  await using seen = await seenOnce();
  const { rig } = seen;
  const files = readdirSync(rig.routerState);
  for (const name of files) truncateSync(join(rig.routerState, name), 7);
  await rig.serve();
  expect(await rig.routers()).toEqual(BOTH);
  const aside = readdirSync(rig.routerState).filter((name) => name.includes('.damaged-'));
  expect(aside).toHaveLength(files.length);
});

/** A small disk where the route server keeps its state. */
function mountStateDisk(rig: Rig): Disposable & { readonly options: (options: string) => void } {
  mkdirSync(rig.routerState, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', rig.routerState]);
  return {
    options: (options) => execFileSync('mount', ['-o', `remount,${options}`, rig.routerState]),
    [Symbol.dispose]: () => execFileSync('umount', [rig.routerState]),
  };
}

test('with a full disk it says so, serves on, and saves when there is room again', async () => {
  await using rig = createRig();
  using _ = mountStateDisk(rig);
  const daemon = await rig.daemon(2816);
  const router = await rig.serve();
  const filler = join(rig.routerState, 'filler');
  expect(() => writeFileSync(filler, Buffer.alloc(1_000_000))).toThrow('ENOSPC');
  await daemon.container('web', 0);
  await isPublished(rig, 'auto.web-2816');
  await until(
    'it says that the disk is full',
    async () => (await rig.health()).trouble?.includes('ENOSPC') ?? false,
  );
  expect((await rig.health()).status).toBe('degraded');
  rmSync(filler);
  await until('it is well', async () => (await rig.health()).status === 'ok');
  expect(readdirSync(rig.routerState)).toContain('daemon-2816.json');
  await rig.stop(router);
});

test('with a state folder that cannot be written it says so, and serves on', async () => {
  await using rig = createRig();
  using disk = mountStateDisk(rig);
  disk.options('ro');
  const daemon = await rig.daemon(2816);
  await daemon.container('web', 0);
  const router = await rig.serve();
  await isPublished(rig, 'auto.web-2816');
  await until('it says so', async () => (await rig.health()).trouble?.includes('EROFS') ?? false);
  expect((await rig.health()).status).toBe('degraded');
  await rig.stop(router);
});
