import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../src/edges/process.ts';
import { addRecord } from '../certificates/zones.ts';
import { until } from '../live/lab.ts';
import { type Certified, createCertified } from './certified.ts';

const NUMBER = 11;
const ROUTER = `198.18.${NUMBER}.1`;

let at: Certified;

beforeAll(async () => {
  at = await createCertified(NUMBER, { zones: ['server-1.test', 'shop.test', 'elsewhere.test'] });
});
afterAll(() => at[Symbol.asyncDispose]());

/** What a program that trusts nobody but the authority gets of a page. */
async function curl(url: string): Promise<string> {
  const { rootFile } = at.internet.authority;
  const { stdout, stderr } = await run([
    ...(['curl', '-sS', '--max-time', '10', '--cacert', rootFile] as const),
    ...['--connect-to', `::${at.server.ipv4}:`, url],
  ]);
  return (stdout + stderr).trim();
}

test('auto-routes have one wildcard certificate, and a domain of one’s own has its own', async () => {
  const { repo, server, internet, verify } = at;
  await repo('create', 'hello', '--folder');
  await repo('push', at.example('hello'), 'hello');
  await server.load(2816, 'hello');
  // Longer than an auto-route is waited for that does not answer: this one does, and its certificate is worth a wait.
  await at.push('--dns-propagation', '5s');
  const hello = await repo('up', 'hello', '--mount');
  expect(hello).toMatch(
    /^https:\/\/hello-2816\.server-1\.test +200 .*Pebble Intermediate CA [0-9a-f]+, until /m,
  );
  await at.push('--dns-propagation', 'check');
  const shop = await at.serve('shop', { 'shop.test www.shop.test': 'letsencrypt' });
  expect(shop).toMatchObject({
    code: 0,
    said: expect.stringMatching(/^https:\/\/shop\.test +200 .*Pebble/m),
  });
  expect(internet.authority.orders()).toBe(2);
  for (const host of ['hello-2816.server-1.test', 'shop.test', 'www.shop.test'])
    expect(await verify(host)).toBe('0 (ok)');
  expect(await curl('https://hello-2816.server-1.test/')).toContain('<h1>Hello</h1>');
  expect(await curl('https://www.shop.test/')).toBe('shop.test www.shop.test');
});

test('another host below the base domain orders nothing, and neither does a restart', async () => {
  const { internet, server, serial, verify } = at;
  const before = await serial('shop.test');
  expect((await at.serve('more', { 'more.server-1.test': 'letsencrypt' })).code).toBe(0);
  await server.sh('systemctl restart rediacc-proxy rediacc-router');
  expect(await at.workstation.rdcOk('cert', 'list', '-m', 'server-1')).not.toContain('none');
  for (const host of ['more.server-1.test', 'shop.test']) expect(await verify(host)).toBe('0 (ok)');
  expect(await serial('shop.test')).toBe(before);
  expect(internet.authority.orders()).toBe(2);
});

test('a host whose records are elsewhere has one by HTTP, over IPv6 as well', async () => {
  at.point('elsewhere.test', '@');
  const { code, said } = await at.serve('elsewhere', { 'elsewhere.test': 'letsencrypt-http' });
  expect({ code, said }).toMatchObject({ code: 0 });
  expect(await at.verify('elsewhere.test')).toBe('0 (ok)');
});

const list = (): Promise<string> => at.workstation.rdcOk('cert', 'list', '-m', 'server-1');

test('all of them are told, with what is shown to who asks', async () => {
  await until('the last one is known', async () => !(await list()).includes('on its way'));
  expect(await list()).toMatch(
    /^\*\.server-1\.test +letsencrypt +hello, more +Pebble Intermediate CA [0-9a-f]+, until .* +yes, until /m,
  );
  expect(await list()).toMatch(/^elsewhere\.test +letsencrypt-http +elsewhere +Pebble/m);
  const { stdout } = await at.workstation.rdc('proxy', 'certificates', '-m', 'server-1', '--json');
  expect(JSON.parse(stdout)).toMatchObject([
    { name: '*.server-1.test', state: 'served', presented: { isForName: true } },
    { name: 'shop.test', state: 'served' },
    { name: 'www.shop.test', state: 'served' },
    { name: 'elsewhere.test', resolver: 'letsencrypt-http', state: 'served' },
  ]);
  const inside = ['nsenter', '--target', String(at.server.pid()), '--net'] as const;
  const metrics = (await run([...inside, 'curl', '--silent', 'http://127.0.0.1:7111/metrics'])).stdout;
  expect(metrics).toMatch(/^rediacc_certificates\{state="served"\} 3$/m);
  expect(metrics).toMatch(
    /^rediacc_certificate_not_after_seconds\{names="\*\.server-1\.test",issuer="Pebble[^}]*\} 19\d{8}$/m,
  );
});

test('they are kept where nobody else reads them', async () => {
  const { server } = at;
  expect(
    await server.sh('stat --format="%a %U" /var/lib/rediacc/proxy /var/lib/rediacc/proxy/acme-*.json'),
  ).toBe('700 rediacc-proxy\n600 rediacc-proxy\n600 rediacc-proxy');
});

test('certificates move to a server that has lost its own, which then orders none', async () => {
  const { server, workstation, internet, serial } = at;
  const file = at.file('saved.json', '');
  await workstation.rdcOk('cert', 'export', file, '-m', 'server-1');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain('PrivateKey');
  const [before, orders] = [await serial('shop.test'), internet.authority.orders()];
  const damaged = at.file('damaged.json', readFileSync(file, 'utf8').replaceAll('shop.test', 'other.test'));
  expect(await workstation.rdc('cert', 'import', damaged, '-m', 'server-1')).toMatchObject({ code: 2 });
  await server.sh('systemctl stop rediacc-proxy && rm /var/lib/rediacc/proxy/acme-*.json');
  const said = await workstation.rdcOk('cert', 'import', file, '-m', 'server-1');
  expect(said).toMatch(/^\*\.server-1\.test: taken$/m);
  await until('it is served', async () => (await at.verify('shop.test')) === '0 (ok)');
  expect(await serial('shop.test')).toBe(before);
  expect(await workstation.rdcOk('cert', 'import', file, '-m', 'server-1')).toContain('nothing has changed');
  expect(internet.authority.orders()).toBe(orders);
});

/** What `rdc dns …` says, and how it ends. */
async function dns(...args: string[]): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await at.workstation.rdc('dns', ...args, '-m', 'server-1');
  return { code, said: stdout + stderr };
}

test('records are made for every host, once, and those of others stay', async () => {
  const { internet, server } = at;
  const foreign = addRecord(internet.zone('shop.test'), { type: 'A', name: 'www', content: '192.0.2.9' });
  const before = { ...foreign };
  const plan = await dns('plan');
  expect(plan).toMatchObject({ code: 3 });
  expect(plan.said).toMatch(/^ {2}create +\*\.server-1\.test +AAAA +2001:db8:11::50$/m);
  expect(plan.said).toMatch(
    /^ {2}leave +www\.shop\.test +A +.*lead to A 192\.0\.2\.9: --adopt takes it over$/m,
  );
  expect(internet.zone('server-1.test').records).toEqual([]);

  internet.cloudflare.calls.length = 0;
  expect((await dns('apply')).code).toBe(0);
  expect(internet.cloudflare.calls.length).toBeLessThan(10);
  expect(foreign).toEqual(before);
  expect(await dns('apply')).toMatchObject({ code: 0, said: expect.stringContaining('nothing to do') });

  const check = await dns('check', '--resolver', ROUTER);
  expect(check.code).toBe(1);
  expect(check.said).toMatch(/^\*\.server-1\.test +right$/m);
  expect(check.said).toMatch(/^shop\.test +right$/m);
  expect(check.said).toMatch(/^www\.shop\.test +elsewhere +it leads to 192\.0\.2\.9/m);
  expect((await dns('apply', '--adopt')).said).toMatch(/^ {2}adopt +www\.shop\.test +A/m);
  expect(await dns('check', '--resolver', ROUTER)).toMatchObject({ code: 0 });
  expect(foreign.content).toBe(server.ipv4);
});

test('records of hosts that are gone go when it is said', async () => {
  const { internet, repo } = at;
  await repo('delete', 'shop', '--yes');
  const ours = () => internet.zone('shop.test').records.length;
  await dns('apply');
  expect(ours()).toBe(4);
  expect((await dns('plan', '--prune')).said).toMatch(/^ {2}remove +shop\.test +A .* no route wants it$/m);
  expect((await dns('apply', '--prune')).code).toBe(0);
  expect(ours()).toBe(0);
});

test('without a token records are shown, to be made by hand', async () => {
  await at.workstation.rdcOk('context', 'unset', 'server-1', 'cf-dns-token');
  const { code, said } = await dns('plan');
  expect(code).toBe(0);
  expect(said).toMatch(
    new RegExp(`^\\*\\.server-1\\.test\\. +300 +IN +A +${at.server.ipv4.replaceAll('.', '\\.')}$`, 'm'),
  );
  expect(await dns('apply')).toMatchObject({ code: 2, said: expect.stringContaining('[token-missing]') });
});

test('a token is tried before the server gets it', async () => {
  const { cloudflare, zone } = at.internet;
  const set = (token: string, rights?: { zones: string[]; mayEdit: boolean }) => {
    if (rights !== undefined) cloudflare.tokens.set(token, rights);
    return at.workstation.rdcOk(
      'context',
      'set-infra',
      'server-1',
      '--cf-dns-token-file',
      at.file('token', token),
    );
  };
  const push = () => at.workstation.rdc('context', 'push-infra', 'server-1');
  for (const [token, rights, said] of [
    ['a-token-that-nobody-has-ever-made-012345', undefined, 'Cloudflare does not accept the token'],
    [
      'a-token-that-sees-another-zone-alone-001',
      { zones: ['shop.test'], mayEdit: true },
      'sees no zone of server-1.test',
    ],
    [
      'a-token-that-may-only-read-zones-0000002',
      { zones: ['server-1.test'], mayEdit: false },
      'may not do what it is needed for',
    ],
  ] as const) {
    await set(token, rights && { ...rights, zones: [...rights.zones] });
    const { code, stderr } = await push();
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
  }
  const before = zone('server-1.test').records.length;
  await set('a-token-that-is-good-for-all-of-it-00004', { zones: ['server-1.test'], mayEdit: true });
  expect(await push()).toMatchObject({ code: 0, stdout: expect.stringContaining('may edit server-1.test') });
  expect(zone('server-1.test').records).toHaveLength(before);
});
