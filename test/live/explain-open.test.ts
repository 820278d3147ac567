import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cause } from '../../src/core/explain/cause.ts';
import { listListeners } from '../../src/edges/listeners.ts';
import { run } from '../../src/edges/process.ts';
import { type Asking, createAsking } from '../explain/asking.ts';
import { applyEdit } from '../explain/fixing.ts';
import { createLab, type Lab, until } from './lab.ts';

// Where the kernel keeps nobody apart, and nothing takes a listener on localhost to the service's own address.
const serve = (where: string): string => `["sh", "-c", "mkdir /page; exec httpd -f -h /page -p ${where}"]`;
const COMPOSE = `
x-page: &page { image: busybox, init: true, stop_grace_period: 1s }
# Without an init of Docker's, which would be what starts, and what ends.
x-own: &own { image: busybox, stop_grace_period: 1s, profiles: [later] }
services:
  worded: { <<: *page, command: ${serve('127.0.0.1:8081')}, labels: { rediacc.service_port: "8081" } }
  told:
    <<: *page
    command: ["sh", "-c", "mkdir /page; exec httpd -f -h /page -p $$LISTEN"]
    environment: { LISTEN: "127.0.0.1:8082" }
    labels: { rediacc.service_port: "8082" }
  well: { <<: *page, command: ${serve('$$SERVICE_IP:80')} }
  spare: { <<: *page, command: ${serve('$$SERVICE_IP:80')}, labels: { rediacc.tcp_ports: "80" } }
  crowded: { <<: *page, profiles: [later], command: ${serve('$$SERVICE_IP:8099')}, labels: { rediacc.service_port: "8099" } }
  crossed: { <<: *own, command: ["/no/such/program", "-c", "mkdir /page; exec httpd -f -h /page -p $$SERVICE_IP:80"] }
  walled:
    <<: *own
    command: ["sh", "-c", "mkdir /page; exec httpd -f -h /page -p $$SERVICE_IP:80"]
    labels:
      traefik.enable: "true"
      traefik.http.routers.walled.rule: Host(\`walled.localhost\`)
      traefik.http.routers.walled.middlewares: wall
      traefik.http.middlewares.wall.ipallowlist.sourcerange: 10.0.0.0/8,127.0.0.0/33
      traefik.http.services.walled.loadbalancer.server.port: "80"
  starved:
    <<: *own
    mem_limit: 16m
    command: ["sh", "-c", "words=$$(yes | head -c 40m); mkdir /page; exec httpd -f -h /page -p $$SERVICE_IP:80"]
  late: { <<: *page, command: ${serve('$$SERVICE_IP:80')}, labels: { rediacc.tcp_ports: "80" } }
`;
/** Started by Docker Compose itself, which gives nobody an address. */
const WITHOUT =
  '["sh", "-c", "[ $$SERVICE_IP ] || exec sleep 1000; mkdir /page; exec httpd -f -h /page -p $$SERVICE_IP:80"]';
const plain = (labels: string): string =>
  `{ image: busybox, init: true, stop_grace_period: 1s, network_mode: host, command: ${WITHOUT}, labels: { ${labels} } }`;
const PLAIN = `
services:
  bare: ${plain('traefik.enable: "true", traefik.http.services.bare.loadbalancer.server.port: "80", traefik.http.routers.bare.rule: Host(`bare.localhost`)')}
  stray: ${plain('rediacc.service_ip: 127.0.99.1, rediacc.service_name: stray')}
  lost: ${plain('rediacc.network_id: "9984", rediacc.service_ip: 127.0.11.66, rediacc.service_name: lost')}
`;

let lab: Lab;
let asking: Asking;

beforeAll(async () => {
  lab = createLab();
  asking = createAsking(lab);
  lab.write('open', { 'docker-compose.yml': COMPOSE });
  lab.write('plain', { 'docker-compose.yml': PLAIN });
  const folders = ['open', 'plain'].map((name) => `${lab.folder}/${name}`);
  await lab.local('--isolation=off', '--dynamic-tcp-ports=10000', ...folders);
  await Promise.all([lab.load(2816, 'hello'), lab.load(2880, 'hello')]);
  await lab.compose('open', 'up', '-d');
  await docker('compose', '--project-directory', `${lab.folder}/plain`, 'up', '-d');
  await asking.settles('well', undefined);
});
afterAll(() => lab[Symbol.asyncDispose]());

/** Past renet, on the daemon of the second repository. */
async function docker(...words: string[]): Promise<string> {
  const environment = { ...process.env, DOCKER_HOST: `unix://${lab.runDir}/docker-2880.sock` };
  const { code, stdout, stderr } = await run(['docker', ...words], { environment });
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

async function fix({ fix: { edit, command } }: Cause): Promise<void> {
  if (edit !== undefined) applyEdit(edit);
  expect(await asking.type(command ?? 'false')).toMatchObject({ code: 0 });
}

async function causeOf(what: string, code: string): Promise<Cause> {
  const { cause } = await asking.settles(what, code);
  if (cause === undefined) throw new Error(`${what} is reachable`);
  return cause;
}

test.each([
  ['listens-on-loopback', 'worded'],
  ['listens-on-loopback', 'told'],
  ['address-missing', 'bare'],
  ['address-foreign', 'stray'],
  ['network-id-mismatch', 'lost'],
])('%s: %s', async (code, service) => {
  await fix(await causeOf(service, code));
  await asking.settles(service, undefined);
});

test('what was started beside Compose, or by compose run', async () => {
  await docker('run', '-d', '--init', '--network=host', '--name=alone', 'busybox', 'sleep', '1000');
  expect((await causeOf('alone', 'labels-missing')).fix.text).toContain('renet compose');
  await docker('rm', '-f', 'alone');
  await lab.compose('open', 'run', '-d', '--name=once', 'well', 'sleep', '1000');
  await fix(await causeOf('once', 'one-off'));
  await docker('-H', `unix://${lab.runDir}/docker-2816.sock`, 'rm', '-f', 'once');
});

test.each([
  ['wel-2816.localhost', 'service-unknown', /Did you mean 'well'/],
  ['wll', 'name-unknown', /Did you mean 'well'/],
  ['wel.example.org', 'host-unknown', /There is /],
  ['tcp-9999', 'port-unopened', /option of the renet local/],
])('%s: %s, with the nearest that there is', async (what, code, text) => {
  expect((await causeOf(what, code)).fix.text).toMatch(text);
});

test('a port that a program of the machine has on all addresses', async () => {
  const other = spawn('python3', ['-m', 'http.server', '8099', '--bind', '0.0.0.0'], { stdio: 'ignore' });
  try {
    await until('it listens', async () => (await listListeners()).some(({ port }) => port === 8099));
    await lab.compose('open', 'up', '-d', 'crowded');
    const cause = await causeOf('crowded', 'port-taken');
    expect(cause.why).toContain(`python3 (process ${other.pid}) has it on all addresses`);
    other.kill();
    await once(other, 'exit');
    await fix(cause);
    await asking.settles('crowded', undefined);
  } finally {
    other.kill('SIGKILL');
  }
});

test.each([
  { service: 'crossed', code: 'container-unstartable', wrong: '"/no/such/program"', right: '"sh"' },
  { service: 'walled', code: 'proxy-refuses', wrong: '127.0.0.0/33', right: '127.0.0.0/8' },
  { service: 'starved', code: 'container-out-of-memory', wrong: 'mem_limit: 16m', right: 'mem_limit: 256m' },
])('$service: $code, until it is mended by hand', async ({ service, code, wrong, right }) => {
  await lab.compose('open', 'up', '-d', service).catch(() => {});
  const cause = await causeOf(service, code);
  const file = `${lab.folder}/open/docker-compose.yml`;
  writeFileSync(file, readFileSync(file, 'utf8').replace(wrong, right));
  await fix(cause);
  await asking.settles(service, undefined);
});

test('ports of a range that is used up', async () => {
  const causes = await Promise.all(['spare', 'late'].map(async (name) => (await asking.explain(name)).cause));
  const [cause] = causes.filter((one) => one !== undefined);
  expect(cause).toMatchObject({
    code: 'ports-exhausted',
    fix: { command: 'renet local --dynamic-tcp-ports 10000-10020' },
  });
});

test.each([
  ['router-silent', 'router serve'],
  ['traefik-silent', 'traefik --configFile'],
  ['daemon-silent', 'docker-2816.sock'],
])('%s: a part that hangs', { timeout: 60_000 }, async (code, words) => {
  const { stdout } = await run(['pgrep', '-of', `${words}`]);
  const pid = Number(stdout);
  process.kill(pid, 'SIGSTOP');
  try {
    expect((await causeOf('well', code)).fix.command).toContain('renet local');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await asking.settles('well', undefined);
});

test('people see the way, and programs the same', async () => {
  const { stdout } = await lab.renet(['explain', 'well']);
  expect(stdout).toMatch(
    /^https:\/\/well-2816\.localhost\n(?: {2}ok .*\n)+reachable: nothing is wrong on the way\n$/,
  );
  const { stdout: wrong } = await lab.renet(['explain', 'nobody.localhost']);
  expect(wrong).toMatch(/wrong {2}no repository has nobody\.localhost \[host-unknown\]\n\nfix: /);
});

test('renet ps shows all containers, and the doctor the machine', async () => {
  const { stdout } = await lab.renet(['ps']);
  expect(stdout).toMatch(/^open +well +127\.0\.11\.\d+ +running +https:\/\/well-2816\.localhost$/m);
  expect(stdout).toMatch(/^plain +bare /m);
  await until('the doctor finds nothing wrong', async () => (await lab.renet(['doctor'])).code === 0);
  const { stdout: said, code } = await lab.renet(['doctor', '--strict']);
  expect(said).toMatch(/^warning +isolation +repositories are not kept apart$/m);
  expect(code).toBe(1);
  const { stdout: logs } = await lab.renet(['logs', 'open', 'well']);
  expect(logs).toBe('');
  expect(await lab.renet(['logs', 'nobody'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('repository-not-running'),
  });
});
