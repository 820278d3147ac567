import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectDocker, type DockerClient } from '../../src/edges/docker.ts';
import { get } from '../../src/edges/http.ts';
import { createFakeDocker, type FakeContainer } from '../fake-docker.ts';
import { until } from './lab.ts';
import { createRig } from './rig.ts';

/** A daemon, real or fake, that can be told to run containers. */
type Subject = AsyncDisposable & {
  readonly socket: string;
  /** Starts one after the other. */
  readonly start: (containers: readonly Wanted[]) => Promise<void>;
  readonly removeAll: () => Promise<void>;
};
type Wanted = Pick<FakeContainer, 'name' | 'labels' | 'exposed' | 'state'>;

async function realDaemon(): Promise<Subject> {
  const rig = createRig();
  const daemon = await rig.daemon(2816);
  return {
    socket: `${rig.runDir}/docker-2816.sock`,
    start: async (containers) => {
      for (const { name, labels, exposed, state } of containers) {
        const options = [
          ...Object.entries(labels).map(([key, value]) => `--label=${key}=${value}`),
          ...exposed.map((port) => `--expose=${port}`),
        ];
        const command = ['--network=host', '--init', `--name=${name}`, ...options, 'busybox', 'sleep', '100'];
        await daemon.docker(
          state === 'created' ? 'create' : 'run',
          ...(state === 'created' ? [] : ['-d']),
          ...command,
        );
        if (state === 'paused') await daemon.docker('pause', name);
        if (state === 'exited') await daemon.docker('stop', '-t', '0', name);
      }
    },
    removeAll: async () => {
      for (const { name } of wanted) await daemon.docker('rm', '-f', name);
    },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

async function fakeDaemon(): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'rediacc-fake-'));
  const socket = join(folder, 'docker-2816.sock');
  const daemon = await createFakeDocker(socket);
  return {
    socket,
    start: async (containers) => {
      const shown = containers.map((one, index) => ({ ...one, id: `${index}`.repeat(64).slice(0, 64) }));
      for (let count = 1; count <= shown.length; count += 1) daemon.show(shown.slice(0, count));
    },
    removeAll: async () => daemon.show([]),
    [Symbol.asyncDispose]: async () => {
      await daemon[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

const wanted: readonly Wanted[] = [
  { name: 'web', labels: { a: '1', 'b.c': '' }, exposed: ['8080/tcp', '80/tcp', '53/udp'], state: 'running' },
  { name: 'paused', labels: {}, exposed: [], state: 'paused' },
  { name: 'exited', labels: {}, exposed: [], state: 'exited' },
  { name: 'created', labels: {}, exposed: [], state: 'created' },
];

const subjects: readonly (readonly [string, () => Promise<Subject>])[] = [
  ['a real daemon', realDaemon],
  ['the fake one', fakeDaemon],
];

const json = async (socket: string, path: string): Promise<{ status: number; body: unknown }> => {
  const { status, body } = await get({ socketPath: socket }, path, 5_000);
  return { status, body: JSON.parse(body) };
};

test.each(subjects)('%s answers as the others do', async (_, create) => {
  await using subject = await create();
  const client: DockerClient = connectDocker(subject.socket, 5_000);
  const told: string[] = [];
  const begin = Math.floor(Date.now() / 1000);
  const heard = new Set<string>();
  const stream = await client.watch(begin, ({ attributes, action, key }) => {
    told.push(`${attributes['name']} ${action}`);
    heard.add(key);
  });
  await subject.start(wanted);

  // As our own client reads it.
  const listed = (await client.list()).sort((a, b) => (a.name < b.name ? -1 : 1));
  expect(listed.map(({ name, serving, labels }) => ({ name, serving, labels }))).toEqual([
    { name: 'created', serving: false, labels: {} },
    { name: 'exited', serving: false, labels: {} },
    { name: 'paused', serving: false, labels: {} },
    { name: 'web', serving: true, labels: { a: '1', 'b.c': '' } },
  ]);
  const web = listed.find(({ name }) => name === 'web')?.id ?? '';
  expect(web).toMatch(/^[0-9a-f]{64}$/);
  for (const one of listed) expect(await client.inspect(one.id)).toMatchObject(one);
  expect(await client.inspect(web)).toMatchObject({ ports: { tcp: [80, 8080], udp: [53] } });
  expect(await client.inspect('f'.repeat(64))).toBe('gone');
  await until('the last is told', () => told.includes('created create'));
  expect(told).toEqual([
    'web create',
    'web start',
    'paused create',
    'paused start',
    'paused pause',
    'exited create',
    'exited start',
    'exited die',
    'created create',
  ]);
  // Asked afterwards, it tells the same, and then ends.
  const again = await client.eventsBetween(begin, Date.now() / 1000);
  expect(again.map(({ id }) => id)).toContain(web);
  expect(again.filter(({ key }) => !heard.has(key))).toEqual([]);
  expect(await client.eventsBetween(begin - 20, begin - 10)).toEqual([]);

  // As Traefik's own provider reads it.
  const running = (await json(subject.socket, '/v1.24/containers/json')).body as {
    Names: string[];
    State: string;
  }[];
  expect(running.map(({ Names, State }) => `${Names} ${State}`).sort()).toEqual([
    '/paused paused',
    '/web running',
  ]);
  expect((await json(subject.socket, `/v1.24/containers/${web}/json`)).body).toMatchObject({
    Id: web,
    Name: '/web',
    State: { Status: 'running' },
    Config: { Labels: { a: '1', 'b.c': '' } },
    HostConfig: { NetworkMode: 'host' },
    NetworkSettings: { Ports: {}, Networks: { host: { IPAddress: '' } } },
  });
  expect((await json(subject.socket, '/containers/none/json')).status).toBe(404);
  expect((await json(subject.socket, '/version')).body).toMatchObject({
    ApiVersion: expect.stringMatching(/^1\.\d+$/),
  });
  expect((await get({ socketPath: subject.socket }, '/_ping', 5_000)).body).toBe('OK');

  told.length = 0;
  await subject.removeAll();
  await until('the last end is told', () => told.includes('created destroy'));
  expect(told).toEqual([
    'web die',
    'web destroy',
    'paused die',
    'paused destroy',
    'exited destroy',
    'created destroy',
  ]);
  stream.close();
  await stream.ended;
});
