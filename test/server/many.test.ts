import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './deployment.ts';

const COUNT = 10;
const NAMES = Array.from({ length: COUNT }, (_, i) => `app-${i}`);

let at: Deployment;
const ids = new Map<string, number>();

/** The same names and ports in all of them; only the host, and the pages, differ. */
function files(name: string): Record<string, string> {
  const service = (page: string, address: string): string => `
    image: busybox
    init: true
    command: sh -c 'mkdir -p /www && echo ${name} ${page} >/www/index.html && exec httpd -f -p \${${address}}:80 -h /www'`;
  return {
    'compose.yml': `services:
  web:${service('web', 'WEB_IP')}
    labels:
      - traefik.enable=true
      - traefik.http.routers.web.rule=Host(\`${name}.example.com\`)
      - traefik.http.services.web.loadbalancer.server.port=80
  api:${service('api', 'API_IP')}
    labels: [rediacc.service_port=80]
  admin:${service('admin', 'ADMIN_IP')}
    labels:
      - traefik.enable=true
      - traefik.http.routers.web2.rule=Host(\`${name}.example.com\`) && PathPrefix(\`/admin\`)
      - traefik.http.routers.web2.middlewares=strip
      - traefik.http.middlewares.strip.stripprefix.prefixes=/admin
      - traefik.http.services.web2.loadbalancer.server.port=80
`,
  };
}

beforeAll(async () => {
  at = await createDeployment(5);
});
afterAll(() => at[Symbol.asyncDispose]());

/** A page of each service of a repository, with what it must say. */
function pagesOf(name: string): (readonly [url: string, body: string])[] {
  return [
    [`https://${name}.example.com/`, `${name} web\n`],
    [`https://api-${ids.get(name)}.server-1.test/`, `${name} api\n`],
    [`https://${name}.example.com/admin/`, `${name} admin\n`],
  ];
}

test('ten are made at once, and each has a number of its own', async () => {
  await Promise.all(NAMES.map((name) => at.repo('create', name, '--size', '300M')));
  const list = JSON.parse((await at.tryRepo('list', '--json')).stdout) as {
    name: string;
    networkId: number;
  }[];
  for (const { name, networkId } of list) ids.set(name, networkId);
  expect([...ids.values()].sort((a, b) => a - b)).toEqual(NAMES.map((_, i) => 2816 + 64 * i));
  for (const name of NAMES) {
    await at.repo('push', at.write(name, files(name)), name);
    await at.server.load(ids.get(name) ?? 0, 'hello');
  }
});

test('they come up at once, and every page is the right one', async () => {
  const begin = performance.now();
  const outputs = await Promise.all(NAMES.map((name) => at.repo('up', name, '--mount')));
  process.stdout.write(`ten repositories up at once: ${((performance.now() - begin) / 1000).toFixed(1)} s\n`);
  for (const [i, output] of outputs.entries())
    expect(output).toMatch(new RegExp(`^https://app-${i}\\.example\\.com/admin +200`, 'm'));
  for (const name of NAMES)
    for (const [url, body] of pagesOf(name)) expect((await at.page(url)).body).toBe(body);
});

test('one is deleted while the others answer', async () => {
  const [gone = '', ...others] = NAMES;
  let answered = 0;
  const failures: string[] = [];
  const stop = new AbortController();
  const asking = others.map(async (name) => {
    while (!stop.signal.aborted) {
      for (const [url, body] of pagesOf(name)) {
        const answer = await at.page(url).catch((error: Error) => ({ body: error.message }));
        if (answer.body === body) answered += 1;
        else failures.push(`${url}: ${answer.body}`);
      }
      await sleep(10);
    }
  });
  await at.server.sh(`renet repo trust ${gone}`);
  await at.repo('delete', gone, '--yes');
  await sleep(500);
  stop.abort();
  await Promise.all(asking);
  expect(failures).toEqual([]);
  expect(answered).toBeGreaterThan(100);
  expect((await at.page(`https://${gone}.example.com/`)).status).toBe(404);
  const decisions = await at.server.sh('cat /var/lib/rediacc/router/decisions.json');
  expect(JSON.parse(decisions)).toMatchObject({
    trusted: [],
    deleted: { [ids.get(gone) ?? 0]: expect.any(String) },
  });
});

test('its number and its host are free for the next one', async () => {
  const free = ids.get('app-0') ?? 0;
  await at.repo('create', 'next', '--size', '300M');
  expect(await at.repo('list')).toMatch(new RegExp(`^next +${free} `, 'm'));
  const compose = (files('next')['compose.yml'] ?? '').replaceAll('next.example.com', 'app-0.example.com');
  await at.repo('push', at.write('next', { 'compose.yml': compose }), 'next');
  await at.server.load(free, 'hello');
  await at.repo('up', 'next', '--mount');
  expect((await at.page('https://app-0.example.com/')).body).toBe('next web\n');
});

test('all come up again with the machine', async () => {
  await at.server.reboot();
  for (const name of NAMES.slice(1)) for (const [url] of pagesOf(name)) await at.answers(url, 200);
  for (const name of NAMES.slice(1))
    for (const [url, body] of pagesOf(name)) expect((await at.page(url)).body).toBe(body);
});
