import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { browse, form } from '../../scripts/browse.ts';
import { listListeners } from '../../src/edges/listeners.ts';
import { run } from '../../src/edges/process.ts';
import { certificateOf } from './clients.ts';
import { createLab, page, routerJson, routes, until } from './lab.ts';

const HELLO = 'https://hello-2880.localhost/';
const APP = 'https://my-app.localhost/';

test('from renet compose -- up -d to a page through Traefik', async () => {
  await using lab = createLab();
  const [app, hello] = [lab.copyExample('my-app'), lab.copyExample('hello')];
  const local = await lab.local(app, hello);
  await Promise.all([lab.load(2816, 'my-app'), lab.load(2880, 'hello')]);
  await Promise.all([lab.compose('my-app', 'up', '-d', '--wait'), lab.compose('hello', 'up', '-d')]);

  // Both pages, by custom domain and by auto-route; plain HTTP is sent on.
  const first = await page(APP);
  expect(first.headers['strict-transport-security']).toBe('max-age=31536000');
  expect((await page(HELLO)).body).toContain('without a single label');
  expect(await page('http://hello-2880.localhost/', 301)).toMatchObject({ headers: { location: HELLO } });

  // Pages without a certificate of their own share one, which a route that comes or goes does not change.
  const certificate = await certificateOf('hello-2880.localhost');
  expect(await certificateOf('my-app.localhost')).toBe(certificate);

  // A row written through the web application is in PostgreSQL.
  const note = `row ${process.hrtime.bigint()}`;
  expect(await browse(APP, form(`note=${note}`))).toMatchObject({ status: 303 });
  expect((await browse(APP)).body).toContain(note);
  const rows = await lab.compose(
    'my-app',
    'exec',
    '-T',
    'postgres',
    'psql',
    '-U',
    'app',
    '-tc',
    'TABLE notes',
  );
  expect(rows).toContain(note);

  // The database is not on the web, and nothing is wrong.
  const list = await routes();
  expect(list.problems).toEqual([]);
  expect(list.unrouted).toMatchObject([
    { container: 'my-app-postgres-1', reason: expect.stringContaining('PostgreSQL') },
  ]);
  expect(list.http.map(({ name, backends, tier }) => ({ name, backends, tier }))).toEqual([
    { name: 'web-2816', backends: ['http://127.0.11.3:8080'], tier: 'labels' },
    { name: 'auto.hello-2880', backends: ['http://127.0.11.66:80'], tier: 'auto' },
  ]);
  expect(await routerJson('/health')).toMatchObject({
    status: 'ok',
    routers: 2,
    problems: 0,
    autoRoutes: { enabled: true, baseDomain: 'localhost' },
    daemons: [
      { networkId: 2816, repository: 'my-app', state: 'up', containers: 2 },
      { networkId: 2880, repository: 'hello', state: 'up', containers: 1 },
    ],
    traefik: { current: true },
  });

  // Only addresses of their own: no wildcard listener, so that containers can have any port.
  const wildcards = (await listListeners()).filter(
    ({ address }) => address === '0.0.0.0' || address === '::',
  );
  expect(wildcards).toEqual([]);

  // A stopped container's route goes, and comes back with it.
  await lab.compose('hello', 'stop');
  await page(HELLO, 404);
  await lab.compose('hello', 'start');
  await page(HELLO);
  expect(await certificateOf('hello-2880.localhost')).toBe(certificate);

  // A third repository starts while all runs, from a second terminal, and leaves again.
  lab.write('third', {
    'docker-compose.yml':
      'services: {site: {image: busybox, init: true, command: "httpd -f -p ${SITE_IP}:80 -h /etc"}}',
  });
  const second = await lab.local(`${lab.folder}/third`);
  expect(second.output()).toContain('its proxy serves these repositories, too');
  await lab.load(2944, 'hello');
  await lab.compose('third', 'up', '-d');
  await page('https://site-2944.localhost/hostname');
  expect(await second.stop()).toBe(0);
  await page('https://site-2944.localhost/hostname', 404);
  await page(HELLO);

  // Everything ends with Ctrl-C, and nothing is left behind.
  expect(await local.stop()).toBe(0);
  expect(local.output()).toContain('+ https://hello-2880.localhost');
  expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(lab.folder);
  expect((await run(['ps', '-eo', 'args'])).stdout).not.toContain(lab.runDir);
  expect((await run(['find', lab.runDir, '-type', 's'])).stdout).toBe('');
});

test('other ports than 80 and 443, where those are taken', async () => {
  await using lab = createLab();
  const hello = lab.copyExample('hello');
  const ports = ['--http-port=8080', '--https-port=8443', '--router-port=7211', '--api-port=7212'];
  const local = await lab.local(...ports, '--base-domain=lab.localhost', hello);
  await lab.load(2816, 'hello');
  await lab.compose('hello', 'up', '-d');
  await page('https://hello-2816.lab.localhost:8443/');
  expect(await page('http://hello-2816.lab.localhost:8080/', 301)).toMatchObject({
    headers: { location: 'https://hello-2816.lab.localhost:8443/' },
  });
  await until('it says so', () => local.output().includes('+ https://hello-2816.lab.localhost:8443  ->'));
});

test('when a part dies the rest is stopped, and its last lines are shown', async () => {
  await using lab = createLab();
  lab.copyExample('hello');
  const local = await lab.local();
  const { stdout } = await run(['pgrep', '-x', 'traefik']);
  process.kill(Number(stdout), 'SIGKILL');
  expect(await local.ended).toBe(1);
  expect(local.output()).toContain('Traefik was ended by SIGKILL: stopping');
  expect(local.output()).toMatch(/Its last lines \(.*traefik\.log\):\n {2}\S/);
  expect((await run(['ps', '-eo', 'args'])).stdout).not.toContain(lab.runDir);
});

test('two compose projects of a repository know the names of each other, and what each says of them', async () => {
  await using lab = createLab();
  const service = 'image: busybox\n    init: true\n    command: sleep 3600';
  const two = lab.write('two', {
    'docker-compose.yml': 'services: {}\n',
    'site/docker-compose.yml': `services:\n  site:\n    ${service}\n    extra_hosts: ["nas:10.0.0.5"]\n`,
    'api/docker-compose.yml': `services:\n  api:\n    ${service}\n    container_name: backend\n`,
  });
  await lab.local(two);
  await lab.load(2816, 'hello');
  for (const folder of ['site', 'api']) await lab.compose(`two/${folder}`, 'up', '-d');
  const names = (folder: string): Promise<string> =>
    lab.compose(`two/${folder}`, 'exec', '-T', folder, 'cat', '/etc/hosts');
  expect(await names('api')).toContain('127.0.11.2\tsite');
  // After a call for the other project, which writes the files of both.
  const site = await names('site');
  expect(site).toContain('10.0.0.5\tnas');
  expect(site).toContain('127.0.11.3\tapi backend');
  await lab.compose('two/api', 'ps');
  const hosts = readFileSync(`${lab.stateDir}/repositories/2816/hosts/site`, 'utf8');
  expect(hosts).toBe(site);
});

test('a daemon that is killed takes everything with it, its containers too', async () => {
  await using lab = createLab();
  const hello = lab.copyExample('hello');
  const local = await lab.local(hello);
  await lab.load(2816, 'hello');
  await lab.compose('hello', 'up', '-d');
  await page('https://hello-2816.localhost/');
  const { stdout } = await run(['pgrep', '-x', 'dockerd']);
  process.kill(Number(stdout), 'SIGKILL');
  expect(await local.ended).toBe(1);
  expect(local.output()).toContain('dockerd of hello was ended by SIGKILL: stopping');
  expect((await run(['ps', '-eo', 'args'])).stdout).not.toMatch(/httpd|containerd/);
  expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(lab.folder);
});

test('a killed renet local leaves nothing that the next one cannot clear', async () => {
  await using lab = createLab();
  const hello = lab.copyExample('hello');
  const first = await lab.local(hello);
  await lab.load(2816, 'hello');
  await lab.compose('hello', 'up', '-d');
  await page('https://hello-2816.localhost/');
  first.child.kill('SIGKILL');
  await first.ended;
  const second = await lab.local(hello);
  await until('the daemon answers', async () => (await lab.compose('hello', 'ps', '-qa')) !== '');
  await lab.compose('hello', 'up', '-d');
  await page('https://hello-2816.localhost/');
  expect(await second.stop()).toBe(0);
  expect((await run(['ps', '-eo', 'args'])).stdout).not.toContain(lab.runDir);
});
