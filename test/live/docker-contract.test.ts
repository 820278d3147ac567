import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectDocker } from '../../src/edges/docker.ts';
import { get } from '../../src/edges/http.ts';
import { run } from '../../src/edges/process.ts';
import { expectContainers, TOLD, WANTED } from '../docker-contract.ts';
import { createFakeDocker } from '../fake-docker.ts';
import { until } from './lab.ts';
import { createRig, published } from './rig.ts';
import { realDaemon, type Subject, withPrograms } from './subject.ts';

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

/** Where there is no other, scripts/test.ts has said so. */
const other = process.env['REDIACC_OTHER_DOCKER'];

const real = await Promise.all(
  [undefined, ...(other === undefined ? [] : [other])].map(
    async (programs) => [`Docker ${await dockerVersion(programs)}`, programs] as const,
  ),
);

const subjects: readonly (readonly [string, () => Promise<Subject>])[] = [
  ...real.map(([name, programs]) => [name, () => realDaemon(programs)] as const),
  ['the fake one', fakeDaemon],
];

/** As in 20.10 or 26.1. */
async function dockerVersion(programs?: string): Promise<string> {
  const dockerd = programs === undefined ? 'dockerd' : join(programs, 'usr/sbin/dockerd');
  const { stdout } = await run([dockerd, '--version']);
  return /\d+\.\d+/.exec(stdout)?.[0] ?? stdout;
}

const json = async (socket: string, path: string): Promise<{ status: number; body: unknown }> => {
  const { status, body } = await get({ socketPath: socket }, path, 5_000);
  return { status, body: JSON.parse(body) };
};

test.each(subjects)('%s answers as the others do', async (name, create) => {
  await using subject = await create();
  const client = connectDocker(subject.socket, 5_000);
  const told: string[] = [];
  const begin = Math.floor(Date.now() / 1000);
  const heard = new Set<string>();
  const stream = await client.watch(begin, ({ attributes, action, key }) => {
    told.push(`${attributes['name']} ${action}`);
    heard.add(key);
  });
  await subject.start(WANTED);

  // As our own client reads it.
  const web = await expectContainers(client);
  await until('the last is told', () => told.length === TOLD.length);
  expect(told).toEqual(TOLD);
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
    '/healthy running',
    '/paused paused',
    '/starting running',
    '/unhealthy running',
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
    ...(name.startsWith('Docker ') ? { Version: expect.stringContaining(name.slice('Docker '.length)) } : {}),
  });
  expect((await get({ socketPath: subject.socket }, '/_ping', 5_000)).body).toBe('OK');

  told.length = 0;
  await subject.removeAll();
  await until('the last end is told', () => told.includes('created destroy'));
  expect(told).toEqual([
    'web die',
    'web destroy',
    'starting die',
    'starting destroy',
    'healthy die',
    'healthy destroy',
    'unhealthy die',
    'unhealthy destroy',
    'paused die',
    'paused destroy',
    'exited destroy',
    'created destroy',
  ]);
  stream.close();
  await stream.ended;
});

test.each(real)('the route server follows %s', async (_, programs) => {
  await using rig = createRig();
  const daemon = await withPrograms(programs, () => rig.daemon(2816));
  await rig.serve();
  await daemon.container('web', 0);
  await published(rig, 'auto.web-2816');
  await daemon.docker('pause', 'web');
  await published(rig);
  await daemon.docker('unpause', 'web');
  await published(rig, 'auto.web-2816');
  await daemon.docker('stop', '-t', '0', 'web');
  await published(rig);
  await daemon.docker('start', 'web');
  await published(rig, 'auto.web-2816');
  await daemon.docker('rm', '-f', 'web');
  await published(rig);
  expect(await rig.health()).toMatchObject({ status: 'ok', daemons: [{ state: 'up' }] });
});
