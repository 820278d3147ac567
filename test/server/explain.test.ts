import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cause } from '../../src/core/explain/cause.ts';
import type { Explanation } from '../../src/core/explain/explanation.ts';
import { type Finished, run } from '../../src/edges/process.ts';
import { applyEdit } from '../explain/fixing.ts';
import { until } from '../live/lab.ts';
import { type Certified, createCertified } from './certified.ts';

const NUMBER = 13;
const SHOP = 'https://shop.test';
const PLAIN = `
services:
  page:
    image: busybox
    command: sh -c 'mkdir /page; exec httpd -f -h /page -p "$$SERVICE_IP:80"'
    init: true
`;
const DOCKERD = 'rediacc-docker@2816.service';

let at: Certified;

beforeAll(async () => {
  at = await createCertified(NUMBER, { zones: ['server-1.test', 'shop.test'] });
  symlinkSync(join(at.workstation.folder, 'rdc'), join(at.workstation.folder, 'bin/rdc'));
  await at.serve('shop', { 'shop.test': 'letsencrypt' });
  await at.workstation.rdcOk('dns', 'apply', '-m', 'server-1');
  await reachable();
});
afterAll(() => at[Symbol.asyncDispose]());

async function explain(what = SHOP): Promise<Explanation> {
  const { code, stdout, stderr } = await at.workstation.rdc('explain', what, '-m', 'server-1', '--json');
  if (stdout === '') throw new Error(`rdc explain ended with ${code}: ${stderr}`);
  const explanation = JSON.parse(stdout) as Explanation;
  expect(code).toBe(explanation.cause === undefined ? 0 : 1);
  return explanation;
}

async function comesTo(code: string | undefined, what = SHOP): Promise<Cause | undefined> {
  let last: Explanation | undefined;
  await until(
    () => `${what} is ${code}; it is ${JSON.stringify(last?.cause)}`,
    async () => {
      last = await explain(what);
      return last.cause?.code === code;
    },
  );
  return last?.cause;
}

const reachable = (what = SHOP) => comesTo(undefined, what);

/** As somebody types it who reads it, in the folder that is pushed. */
async function fix(cause: Cause | undefined): Promise<void> {
  const folder = join(at.workstation.folder, 'repositories/shop');
  const { edit, command = '' } = cause?.fix ?? { text: '' };
  if (edit !== undefined) applyEdit(edit, join(folder, edit.file));
  const done = await type(command, folder);
  expect(`${command}: ${done.code} ${done.code === 0 ? '' : done.stdout + done.stderr}`).toBe(
    `${command}: 0 `,
  );
}

function type(command: string, cwd: string): Promise<Finished> {
  const { folder } = at.workstation;
  const environment = {
    ...process.env,
    HOME: folder,
    PATH: `${folder}/bin:${process.env['PATH']}`,
    XDG_CONFIG_HOME: join(folder, '.config'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
  };
  return run(['sh', '-c', command], { environment, cwd });
}

/** Findings of the doctor that are not ok. */
async function doctor(...args: string[]): Promise<{ code: number; wrong: string[] }> {
  const { code, stdout, stderr } = await at.workstation.rdc('doctor', '-m', 'server-1', '--json', ...args);
  if (stdout === '') throw new Error(stderr);
  const { findings } = JSON.parse(stdout) as { findings: { what: string; state: string; said: string }[] };
  return {
    code,
    wrong: findings.filter(({ state }) => state !== 'ok').map(({ state, what }) => `${state} ${what}`),
  };
}

test('on a healthy server the way is shown from end to end, and the doctor finds nothing', async () => {
  const { ways } = await explain();
  expect(ways.map(({ target }) => target)).toEqual([SHOP]);
  expect(ways[0]?.stations.map(({ name }) => name)).toEqual([
    'dns',
    'entrypoint',
    'route',
    'container',
    'Traefik',
    'listener',
    'container itself',
    'proxy',
    'certificate',
    'from here',
  ]);
  expect(await doctor('--strict')).toEqual({ code: 0, wrong: [] });
  const shown = await at.workstation.rdcOk('doctor', '-m', 'server-1');
  for (const what of [
    'versions',
    'disk',
    'clock',
    'ports',
    'firewall',
    'IPv6',
    'units',
    'entrypoints',
    'Traefik',
    'daemons',
    'labels',
    'certificates',
    'DNS',
    'repositories',
    'isolation',
  ])
    expect(shown).toMatch(new RegExp(`^ok +${what} `, 'm'));
  expect(await at.workstation.rdcOk('ps', '-m', 'server-1')).toMatch(
    /^shop +web0 +127\.0\.11\.2 +running +https:\/\/shop\.test$/m,
  );
  const { code, stdout } = await at.workstation.rdc('logs', 'shop', 'web0', '-m', 'server-1');
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});

test('names of a server are completed on the workstation', async () => {
  const complete = async (line: string): Promise<string> =>
    (await at.workstation.rdc('complete', '--', ...line.split(' '))).stdout;
  expect(await complete('repo up -m ser')).toBe('server-1\ta server\n');
  expect(await complete('repo up -m server-1 s')).toBe('shop\ta repository\n');
  expect(await complete('repo logs -m server-1 shop ')).toBe('web0\ta service\n');
});

const compose = (words: string): string =>
  `cd /var/lib/rediacc/repositories/2816/files/shop && renet compose -- ${words}`;

test.each<[code: string, harm: () => Promise<unknown>]>([
  ['container-stopped', () => at.server.sh(compose('stop -t 0 web0'))],
  ['container-paused', () => at.server.sh(compose('pause web0'))],
  ['container-missing', () => at.server.sh(compose('rm -sf web0'))],
  ['repository-down', () => at.repo('down', 'shop', '--unmount')],
  ['router-silent', () => at.server.sh('systemctl stop rediacc-router.socket rediacc-router.service')],
  ['entrypoint-closed', () => at.server.sh("systemctl stop rediacc-proxy.service 'rediacc-proxy-*.socket'")],
  ['traefik-silent', () => at.server.sh('systemctl kill --signal=STOP rediacc-proxy.service')],
  ['daemon-silent', () => at.server.sh(`systemctl kill --kill-whom=main --signal=STOP ${DOCKERD}`)],
])('%s: the command that is named ends it', async (code, harm) => {
  await harm();
  await fix(await comesTo(code));
  await reachable();
});

test('an edit in the folder that is pushed', async () => {
  const file = join(at.workstation.folder, 'repositories/shop/docker-compose.yml');
  expect(readFileSync(file, 'utf8')).toContain('server.port: "80"');
  await type(`sed -i 's/server.port: "80"/server.port: "8081"/' ${file}`, '/');
  await type('rdc repo push . shop -m server-1 && rdc repo up shop -m server-1 --no-wait', join(file, '..'));
  const cause = await comesTo('listens-on-other-port');
  expect(cause?.fix.edit).toMatchObject({ file: 'docker-compose.yml', line: 10, service: 'web0' });
  await fix(cause);
  await reachable();
});

test('records that are missing', async () => {
  const zone = at.internet.zone('shop.test');
  zone.records = zone.records.filter(({ type: kind }) => kind !== 'A' && kind !== 'AAAA');
  await fix(await comesTo('dns-missing'));
  await reachable();
});

test('a certificate that does not come: its code, and a retry once the token may see the zone', async () => {
  const { tokens } = at.internet.cloudflare;
  const before = new Map(tokens);
  for (const [token, rights] of tokens) tokens.set(token, { ...rights, zones: ['server-1.test'] });
  await at.serve('late', { 'late.shop.test': 'letsencrypt' });
  at.point('shop.test', 'late');
  const cause = await comesTo('certificate-zone-unseen', 'late.shop.test');
  expect((await doctor()).wrong).toContain('wrong certificates');
  for (const [token, rights] of before) tokens.set(token, rights);
  await fix(cause);
  await reachable('late.shop.test');
});

test('what only others cannot reach: a firewall', async () => {
  const { server } = at;
  const letIn = ['-i lo', '-p tcp --dport 22', '-p udp --sport 53'].map(
    (what) => `iptables -A INPUT ${what} -j ACCEPT`,
  );
  await server.sh([...letIn, 'iptables -P INPUT DROP'].join(' && '));
  const cause = await comesTo('outside-closed');
  expect(cause?.fix.command).toBe('rdc doctor -m server-1');
  expect((await doctor('--strict')).wrong).toEqual(['warning firewall']);
  await server.sh('iptables -P INPUT ACCEPT && iptables -F INPUT');
  await reachable();
});

test('an entrypoint that somebody else has, on all addresses', async () => {
  const { server } = at;
  await server.sh('systemctl stop rediacc-proxy rediacc-proxy-websecure.socket');
  const listen = '@kept = IO::Socket::INET->new(Listen => 1, LocalPort => 443, ReuseAddr => 1) or die; sleep';
  await server.sh(`systemd-run --quiet --unit=other perl -MIO::Socket::INET -e '${listen}'`);
  const cause = await comesTo('entrypoint-foreign');
  expect(cause?.why).toMatch(/^perl \(process \d+\) listens on 0\.0\.0\.0:443/);
  await server.sh('systemctl stop other');
  await fix(cause);
  await reachable();
});

test('auto-routes-off: the setting that is named brings them back', async () => {
  const source = at.write('plain', { 'docker-compose.yml': PLAIN });
  await at.repo('create', 'plain', '--folder');
  await at.repo('push', source, 'plain');
  await at.server.load(2944, 'hello');
  await at.repo('up', 'plain', '--mount');
  await reachable('page');
  await at.push('--auto-routes', 'off');
  await fix(await comesTo('auto-routes-off', 'page'));
  await reachable('page');
});

test('router-starting: until it is known that a daemon does not answer', async () => {
  const signal = (name: string): string => `systemctl kill --kill-whom=main --signal=${name} ${DOCKERD}`;
  await at.server.sh(`${signal('STOP')} && systemctl restart rediacc-router`);
  expect((await explain('page')).cause?.code).toBe('router-starting');
  await comesTo('daemon-silent');
  await at.server.sh(signal('CONT'));
  await reachable();
});

test('traefik-behind: a firewall between it and the route server', async () => {
  const wall = 'OUTPUT -o lo -p tcp --dport 7111 -m owner --uid-owner rediacc-proxy -j REJECT';
  await at.server.sh(`iptables -I ${wall} && systemctl restart rediacc-proxy`);
  const cause = await comesTo('traefik-behind');
  await at.server.sh(`iptables -D ${wall}`);
  await fix(cause);
  await reachable();
});

test.each<[what: string, harm: string, heal: string]>([
  [
    'wrong front door',
    'systemctl stop rediacc-router.socket rediacc-router.service',
    'systemctl start rediacc-router.socket rediacc-router.service',
  ],
  ['wrong clock', "touch -d '+1 hour' /var/lib/rediacc/proxy/later", 'rm /var/lib/rediacc/proxy/later'],
  [
    'wrong repositories',
    `systemctl stop ${DOCKERD} rediacc-docker@2816.socket`,
    'renet repo up shop --mount',
  ],
])('the doctor finds: %s', async (what, harm, heal) => {
  await at.server.sh(harm);
  const found = await doctor();
  expect(found).toMatchObject({ code: 1, wrong: expect.arrayContaining([what]) });
  await at.server.sh(heal);
  await until('it is well again', async () => (await doctor('--strict')).code === 0);
});

test('the status page of a server, by a tunnel of SSH', async () => {
  const { folder } = at.workstation;
  const shown = join(folder, 'open.log');
  const opening = type(
    `timeout --signal=INT 20 rdc open -m server-1 --port 0 --no-browser >${shown}`,
    folder,
  );
  let url = '';
  await until('it is said where', () => {
    url =
      /http:\/\/127\.0\.0\.1:\d+\//.exec(readFileSync(shown, { encoding: 'utf8', flag: 'a+' }))?.[0] ?? '';
    return url !== '';
  });
  expect((await run(['curl', '-sS', url])).stdout).toContain('<title>Rediacc</title>');
  const { stdout } = await run(['curl', '-sS', '--max-time', '3', `${url}events`]);
  expect(stdout).toContain('"href":"https://shop.test/"');
  expect((await run(['curl', '-sS', '-H', 'Host: elsewhere.example', url])).stdout).toContain(
    'ask by an address',
  );
  await opening;
});
