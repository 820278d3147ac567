import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordPath, writeRecord } from '../../src/core/repository/record.ts';
import { run } from '../../src/edges/process.ts';
import { RENET, routerJson, until } from './lab.ts';
import { createRig, type Daemon, published, type Rig } from './rig.ts';

const GRACE = ['--grace=1'];

/** A container that wants a host. */
async function want(daemon: Daemon, host: string, name = 'web'): Promise<void> {
  await daemon.container(
    name,
    0,
    '--label=traefik.enable=true',
    `--label=traefik.http.routers.${name}.rule=Host(\`${host}\`)`,
    `--label=traefik.http.services.${name}.loadbalancer.server.port=80`,
  );
}

const problems = async (): Promise<string[]> => {
  const listed = await routerJson<{ problems: { code: string; networkId: number }[] }>('/routes.json');
  return listed.problems.map(({ code, networkId }) => `${code} ${networkId}`).sort();
};

function record(rig: Rig, networkId: number, name: string): void {
  mkdirSync(join(rig.runDir, 'repositories'), { recursive: true });
  writeFileSync(
    recordPath(rig.runDir, networkId),
    writeRecord({ networkId, name, path: `/${name}`, socket: '', stateDir: '' }),
  );
}

async function renet(rig: Rig, ...args: string[]): Promise<string> {
  const state = `--state-dir=${rig.routerState}`;
  const { code, stdout, stderr } = await run([RENET, `--run-dir=${rig.runDir}`, ...args, state]);
  return code === 0 ? stdout.trim() : `exit code ${code}: ${stderr.trim()}`;
}

test('a host belongs to the first repository that asks for it, over restarts, until it is released', async () => {
  await using rig = createRig();
  record(rig, 2816, 'first');
  record(rig, 2880, 'second');
  const [first, second] = [await rig.daemon(2816), await rig.daemon(2880)];
  let router = await rig.serve(...GRACE);
  // The one with the higher number comes first.
  await want(second, 'app.example.com');
  await published(rig, 'web-2880');
  await want(first, 'App.Example.com');
  await until('both are told', async () => (await problems()).length === 2);
  expect(await problems()).toEqual(['host-contested 2880', 'host-taken 2816']);
  expect(await rig.routers()).toEqual(['web-2880']);

  await rig.stop(router);
  router = await rig.serve(...GRACE);
  expect(await rig.routers()).toEqual(['web-2880']);
  expect(await renet(rig, 'host', 'list')).toBe(
    'HOST             REPOSITORY  WAITING\napp.example.com  second      first',
  );

  expect(await renet(rig, 'host', 'release', 'nobody.example.com')).toMatch(
    /^exit code 2: .*no repository has/,
  );
  expect(await renet(rig, 'host', 'release', 'app.example.com')).toBe(
    'app.example.com, which second had: released to first',
  );
  await published(rig, 'web-2816');

  // It goes back when its owner has given it up for the grace period.
  await first.docker('rm', '-f', 'web');
  await published(rig, 'web-2880');
  expect(await problems()).toEqual([]);
});

test('while a daemon does not answer its hosts are kept for it', async () => {
  await using rig = createRig();
  const [first, second] = [await rig.daemon(2816), await rig.daemon(2880)];
  await rig.serve('--grace=2');
  await want(first, 'app.example.com');
  await published(rig, 'web-2816');
  await first.stop();
  await want(second, 'app.example.com');
  // Whichever is seen first: that the grace period of its routes is over, or that another wants its host.
  await until(
    'it has no routes any more, and keeps its host',
    async () => (await rig.routers()).length === 0 && (await problems()).join() === 'host-taken 2880',
  );
});

test('public ports are used up, given back, and used again, over restarts', async () => {
  await using rig = createRig();
  record(rig, 2816, 'first');
  const [first, second] = [await rig.daemon(2816), await rig.daemon(2880)];
  const options = [...GRACE, '--dynamic-tcp-ports=10000-10001', '--auto-routes=off'];
  let router = await rig.serve(...options);
  const ports = async () =>
    (
      await routerJson<{ tcp: { port: number; repository: string; service: string; target: string }[] }>(
        '/ports',
      )
    ).tcp.map(({ port, repository, service, target }) => `${port} ${repository} ${service} ${target}`);
  const settled = (...wanted: string[]) =>
    until(`ports are ${wanted}`, async () => (await ports()).join() === wanted.join());
  await first.container('db', 0, '--label=rediacc.tcp_ports=5432');
  await first.container('mail', 1, '--label=rediacc.tcp_ports=25');
  await settled('10000 first db 127.0.11.2:5432', '10001 first mail 127.0.11.3:25');
  await second.container('late', 0, '--label=rediacc.tcp_ports=80');
  await until('it is told', async () => (await problems()).join() === 'ports-exhausted 2880');
  expect((await rig.tcpRouters()).map(({ name, backends }) => [name, ...backends])).toEqual([
    ['port.tcp-10000-2816', '127.0.11.2:5432'],
    ['port.tcp-10001-2816', '127.0.11.3:25'],
  ]);

  await rig.stop(router);
  router = await rig.serve(...options);
  await settled('10000 first db 127.0.11.2:5432', '10001 first mail 127.0.11.3:25');
  // Made anew, at another address.
  await first.docker('rm', '-f', 'db');
  await first.container('db', 5, '--label=rediacc.tcp_ports=5432');
  await settled('10000 first db 127.0.11.7:5432', '10001 first mail 127.0.11.3:25');
  await first.docker('rm', '-f', 'db');
  await settled('10000 2880 late 127.0.11.66:80', '10001 first mail 127.0.11.3:25');
  await rig.stop(router);
  await rig.serve(...options);
  await settled('10000 2880 late 127.0.11.66:80', '10001 first mail 127.0.11.3:25');
});

test('trust lifts the limits of one repository at once', async () => {
  await using rig = createRig();
  record(rig, 2816, 'mine');
  const daemon = await rig.daemon(2816);
  await rig.serve();
  await daemon.container(
    'all',
    0,
    '--label=traefik.enable=true',
    '--label=traefik.http.routers.all.rule=PathPrefix(`/`)',
    '--label=traefik.http.services.all.loadbalancer.server.port=80',
  );
  await until('it is told', async () => (await problems()).join() === 'rule-hostless 2816');
  expect(await rig.routers()).toEqual([]);
  expect(await renet(rig, 'repo', 'trust', 'yours')).toMatch(
    /^exit code 2: .*there is no repository called 'yours'/,
  );
  await renet(rig, 'repo', 'trust', 'mine');
  await published(rig, 'all-2816');
  await renet(rig, 'repo', 'untrust', '2816');
  await published(rig);
});

test('a damaged state file is set aside, a folder that cannot be written is told, and both harm nobody', async () => {
  await using rig = createRig();
  record(rig, 2816, 'mine');
  const daemon = await rig.daemon(2816);
  await want(daemon, 'app.example.com');
  mkdirSync(rig.routerState, { recursive: true });
  writeFileSync(join(rig.routerState, 'claims.json'), '{"claims": {');
  const router = await rig.serve();
  expect(await rig.routers()).toEqual(['web-2816']);
  await until('the claims are written anew', () => existsSync(join(rig.routerState, 'claims.json')));
  expect(readdirSync(rig.routerState).filter((name) => name.startsWith('claims.json.damaged-'))).toHaveLength(
    1,
  );
  await until('the host is in it', () =>
    readFileSync(join(rig.routerState, 'claims.json'), 'utf8').includes('app.example.com'),
  );
  await rig.stop(router);

  await rig.serve(`--state-dir=${recordPath(rig.runDir, 2816)}/no-folder`);
  expect(await rig.routers()).toEqual(['web-2816']);
  expect(await rig.health()).toMatchObject({
    status: 'degraded',
    trouble: expect.stringContaining('no-folder cannot be used: ENOTDIR'),
  });
});

test('a problem is logged once', async () => {
  await using rig = createRig();
  const daemon = await rig.daemon(2816);
  await rig.serve();
  await daemon.container('web', 0, '--label=traefik.enable=true', '--label=traefik.http.foo=1');
  await until('it is told', async () => (await problems()).length === 1);
  for (const name of ['one', 'two']) await daemon.container(name, 1);
  await published(rig, 'auto.one-2816', 'auto.two-2816');
  expect(rig.log().match(/label-invalid/g)).toHaveLength(1);
});
