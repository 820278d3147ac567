import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TOKEN } from '../certificates/internet.ts';
import { addRecord } from '../certificates/zones.ts';
import { until } from '../live/lab.ts';
import { type Certified, createCertified } from './certified.ts';

const ZONES = ['server-1.test', 'shop.test', 'hidden.test', 'away.test'];

let at: Certified;

beforeAll(async () => {
  at = await createCertified(12, { zones: ZONES });
});
afterAll(() => at[Symbol.asyncDispose]());

/** The first wait after what others had out of order is a minute, in milliseconds. */
const COMES = 90_000;

/** What `rdc cert …` says, and how it ends. */
async function cert(...args: string[]): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await at.workstation.rdc('cert', ...args, '-m', 'server-1');
  return { code, said: stdout + stderr };
}

async function comes(host: string): Promise<void> {
  const end = performance.now() + COMES;
  while ((await at.verify(host)) !== '0 (ok)') {
    if (performance.now() > end) throw new Error(`${host} gets no certificate: ${(await cert('list')).said}`);
    await sleep(250);
  }
}

const orders = (): number => at.internet.authority.orders();

test('a wrong token costs one order, however often containers start, and the right one brings all', async () => {
  const { cloudflare } = at.internet;
  cloudflare.tokens.delete(TOKEN);
  const { code, said } = await at.serve('shop', { 'shop.test': 'letsencrypt' });
  expect(code).toBe(1);
  expect(said).toContain(
    'wrong: https://shop.test answers, but has no certificate: Cloudflare does not accept the token. Give the server one that may edit DNS: rdc context set-infra NAME --cf-dns-token-file FILE, then push-infra.',
  );
  const before = orders();
  await at.server.sh('renet repo down shop');
  for (const host of ['a', 'b', 'c'])
    await at.serve('shop', { 'shop.test': 'letsencrypt', [`${host}.shop.test`]: 'letsencrypt' });
  expect(orders()).toBe(before);
  const list = await cert('list');
  expect(list.code).toBe(1);
  expect(list.said).toMatch(/^shop\.test +letsencrypt +shop +none +not the host's$/m);
  expect(list.said).toContain('Cloudflare does not accept the token (token-wrong)');
  expect(list.said).toMatch(/1 attempt, the last at .* UTC; the next at .* UTC/);

  const another = 'another-token-that-may-edit-all-zones-02';
  cloudflare.tokens.set(another, { zones: ZONES.filter((zone) => zone !== 'hidden.test'), mayEdit: true });
  await at.push('--cf-dns-token-file', at.file('token', another));
  for (const host of ['shop.test', 'c.shop.test']) await comes(host);
});

test('a zone that the token does not see keeps its own hosts alone without a certificate', async () => {
  const { code, said } = await at.serve('hidden', {
    'hidden.test': 'letsencrypt',
    'x.shop.test': 'letsencrypt',
  });
  expect(code).toBe(1);
  expect(said).toContain('the DNS provider shows the token no zone hidden.test');
  await comes('x.shop.test');
  for (const [token, rights] of at.internet.cloudflare.tokens)
    at.internet.cloudflare.tokens.set(token, { ...rights, zones: ZONES });
  expect(await cert('retry', 'hidden.test')).toMatchObject({
    code: 0,
    said: expect.stringMatching(/^hidden\.test +letsencrypt +hidden +Pebble/m),
  });
  expect(await at.verify('hidden.test')).toBe('0 (ok)');
});

test('a wildcard CNAME that leads elsewhere is told, and records of its own mend it', async () => {
  addRecord(at.internet.zone('away.test'), { type: 'CNAME', name: '*', content: 'home.ddns.example' });
  const { said } = await at.serve('away', { 'www.away.test': 'letsencrypt' });
  expect(said).toContain("a CNAME leads from the domain's challenge record to home.ddns.example");
  await at.workstation.rdcOk('dns', 'apply', '-m', 'server-1', '--adopt');
  expect((await cert('retry')).code).toBe(0);
});

test('a limit of the authority is waited for until the time that it names', async () => {
  const { authority } = at.internet;
  authority.refuse = {
    status: 429,
    type: 'rateLimited',
    detail:
      'too many certificates (5) already issued for this exact set of domains in the last 168h0m0s, retry after 2099-12-01 08:30:00 UTC: see https://letsencrypt.org/docs/rate-limits/',
  };
  const { said } = await at.serve('limited', { 'limited.shop.test': 'letsencrypt' });
  expect(said).toContain('the certificate authority has a limit: too many certificates (5)');
  const before = orders();
  expect((await cert('list')).said).toContain('the next at 2099-12-01 08:30 UTC');
  authority.refuse = undefined;
  await at.server.sh('systemctl restart rediacc-proxy rediacc-router');
  expect((await cert('list')).said).toContain('the next at 2099-12-01 08:30 UTC');
  expect(orders()).toBe(before);
  expect((await cert('retry')).code).toBe(0);
  expect(orders()).toBe(before + 1);
});

test.each<[what: string, harm: () => void, heal: () => void, said: string]>([
  [
    'name servers that do not answer',
    () => Object.assign(at.internet.cloudflare, { dns: 'servfail' }),
    () => Object.assign(at.internet.cloudflare, { dns: 'well' }),
    "the server's name servers do not answer for the domain",
  ],
  [
    'a Cloudflare that is asked too much',
    () => Object.assign(at.internet.cloudflare, { api: 'throttled' }),
    () => Object.assign(at.internet.cloudflare, { api: 'well' }),
    'the DNS provider gets more requests than it takes',
  ],
  [
    'an authority that is out of order',
    () =>
      Object.assign(at.internet.authority, {
        refuse: { status: 503, type: 'serverInternal', detail: 'down' },
      }),
    () => Object.assign(at.internet.authority, { refuse: undefined }),
    'the ACME server does not answer as it should',
  ],
])('%s: it is told, and a retry is enough afterwards', async (...[what, harm, heal, sentence]) => {
  const name = what.replaceAll(/\W+/g, '-').toLowerCase();
  harm();
  const { said } = await at.serve(name, { [`${name}.shop.test`]: 'letsencrypt' });
  heal();
  expect(said).toContain(sentence);
  expect((await cert('retry')).code).toBe(0);
});

test('a domain that nobody has registered', async () => {
  const { said } = await at.serve('nowhere', { 'www.nowhere.test': 'letsencrypt' });
  expect(said).toContain('there is no domain www.nowhere.test: no name server knows it');
  await at.repo('delete', 'nowhere', '--yes');
});

test('a record that the authority does not see, and another provider', async () => {
  const { internet, file, push } = at;
  await push('--dns-propagation', '1s');
  internet.cloudflare.dns = 'hides TXT';
  const { said } = await at.serve('unseen', { 'unseen.shop.test': 'letsencrypt' });
  internet.cloudflare.dns = 'well';
  expect(said).toContain("the record that was made is not seen on the domain's name servers in time");
  const variables = file('httpreq', `HTTPREQ_ENDPOINT=${internet.httpReqUrl}\n`);
  await push('--dns-propagation', 'check', '--dns-provider', 'httpreq', '--dns-variables-file', variables);
  internet.cloudflare.calls.length = 0;
  await comes('unseen.shop.test');
  expect(internet.cloudflare.calls).toEqual([]);
  await push('--dns-provider', 'cloudflare', '--dns-variables-file', file('variables', at.variables));
});

test('a storage that others may read, and one that is damaged, are mended by a retry', async () => {
  const { server } = at;
  const file = (await server.sh('ls /var/lib/rediacc/proxy/acme-*.json | grep -v http')).trim();
  for (const [harm, code, done] of [
    [`chmod 640 ${file}`, 'storage-open', 'may be read by Traefik alone again'],
    [`truncate -s 900 ${file}`, 'storage-damaged', 'is damaged: it is'],
  ] as const) {
    await server.sh(`${harm} && systemctl restart rediacc-proxy`);
    await until('it is told', async () => (await cert('list')).said.includes(`(${code})`));
    expect((await cert('retry')).said).toContain(done);
    await comes('shop.test');
  }
  expect((await server.sh(`stat --format=%a ${file}`)).trim()).toBe('600');
});

test('an authority that nobody vouches for', async () => {
  const { caFile } = at.internet.authority;
  await at.workstation.rdcOk('context', 'unset', 'server-1', 'acme-ca');
  await at.workstation.rdcOk('context', 'push-infra', 'server-1');
  const { said } = await at.serve('untrusted', { 'untrusted.shop.test': 'letsencrypt' });
  expect(said).toContain('nobody whom the server trusts vouches for the ACME server');
  await at.push('--acme-ca', caFile);
  await comes('untrusted.shop.test');
});

test('an account that the authority has forgotten is made anew by a retry', async () => {
  await at.internet.authority.restart(600);
  const { said } = await at.serve('gone', { 'gone.shop.test': 'letsencrypt' });
  expect(said).toContain('the certificate authority does not know our account any more');
  expect((await cert('retry', '--new-account')).code).toBe(0);
  expect(await at.verify('gone.shop.test')).toBe('0 (ok)');
});

test('what others had out of order is tried again without anybody, and certificates are renewed', async () => {
  const { cloudflare } = at.internet;
  // It is good for ten minutes, and Traefik renews twenty before the end: each minute it is due.
  await at.push('--cert-lifetime', '1h');
  const before = await at.serial('gone.shop.test');
  cloudflare.api = 'error';
  const { said } = await at.serve('api', { 'api.shop.test': 'letsencrypt' });
  expect(said).toContain('the DNS provider is out of order: 10000: internal');
  cloudflare.api = 'well';
  await comes('api.shop.test');
  const end = performance.now() + COMES;
  while ((await at.serial('gone.shop.test')) === before && performance.now() < end) await sleep(250);
  expect(await at.serial('gone.shop.test')).not.toBe(before);
  expect(await at.verify('gone.shop.test')).toBe('0 (ok)');
});
