import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasChanges } from '../src/core/dns/plan.ts';
import { Secret } from '../src/core/secret.ts';
import { connectCloudflare } from '../src/edges/cloudflare.ts';
import { planZones } from '../src/rdc/dns/plan.ts';
import { createZones } from '../src/rdc/dns/zones.ts';
import { type CloudflareState, createApi } from './certificates/cloudflare-api.ts';
import { describeCloudflare } from './certificates/cloudflare-contract.ts';
import { createZone } from './certificates/zones.ts';

const TOKEN = 'a-token-that-may-edit-all-the-zones-0001';
const READER = 'a-token-that-may-only-read-zones-0000002';

const state: CloudflareState = {
  zones: ['example.test', 'other.test'].map(createZone),
  tokens: new Map([
    [TOKEN, { zones: ['example.test'], mayEdit: true }],
    [READER, { zones: ['example.test'], mayEdit: false }],
  ]),
  api: 'well',
  calls: [],
};
const server = createApi(state);
let baseUrl = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/client/v4`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

describeCloudflare('the stand-in for Cloudflare', () => ({ baseUrl, token: TOKEN, zone: 'example.test' }));

// With a zone of one's own: REDIACC_CLOUDFLARE_ZONE, REDIACC_CLOUDFLARE_TOKEN.
const { REDIACC_CLOUDFLARE_ZONE: zone, REDIACC_CLOUDFLARE_TOKEN: token } = process.env;
if (zone !== undefined && token !== undefined) describeCloudflare('Cloudflare', () => ({ token, zone }));

const client = (text = TOKEN) => connectCloudflare({ token: new Secret(text), baseUrl });

test('a token that may only read is refused where it is to write', async () => {
  const found = (await client(READER).findZone('example.test')) ?? { id: '', name: '' };
  await expect(
    client(READER).change(found, { deletes: [], patches: [], posts: [draft(1)] }),
  ).rejects.toMatchObject({
    code: 'token-refused',
    message: 'the token may not do what it is needed for (10000: Authentication error)',
  });
});

const draft = (n: number) => ({
  ...{ name: `h${n}.example.test`, type: 'A', content: '192.0.2.1', ttl: 1, proxied: false, comment: '' },
});

test('all zones of a token are listed', async () => {
  expect(await client().zones()).toMatchObject([{ name: 'example.test' }]);
});

test('four hundred records take a few requests', async () => {
  const found = (await client().findZone('example.test')) ?? { id: '', name: '' };
  state.calls.length = 0;
  const posts = Array.from({ length: 400 }, (_, n) => draft(n));
  await client().change(found, { deletes: [], patches: [], posts });
  const records = await client().records(found);
  expect(records).toHaveLength(400);
  expect(state.calls).toHaveLength(3);
  await client().change(found, { deletes: records, patches: [], posts: [] });
});

test('two hundred hosts are planned and applied in a few requests', async () => {
  const hosts = Array.from({ length: 200 }, (_, n) => `h${n}.example.test`);
  const server = {
    hosts,
    owner: 'example.test',
    settings: { publicIpv4: '192.0.2.1', publicIpv6: '2001:db8::1' },
  };
  state.calls.length = 0;
  const plan = async () => (await planZones(server, createZones(client()), { machine: '' })).plans;
  for (const [zone, { changes }] of await plan()) await client().change(zone, changes);
  expect(state.calls.length).toBeLessThan(6);
  const again = await plan();
  expect([...again.values()].map(hasChanges)).toEqual([false]);
  expect([...again.values()].flatMap(({ steps }) => steps)).toHaveLength(400);
});

test.each([
  ['throttled', 'Cloudflare wants fewer requests: try again in five minutes'],
  ['error', 'Cloudflare answers 500 to /zones'],
] as const)('a Cloudflare that is %s is told, without the token', async (mode, message) => {
  state.api = mode;
  const error = await client()
    .findZone('example.test')
    .catch((one) => one);
  state.api = 'well';
  expect(error.message).toBe(message);
  expect(JSON.stringify(error) + String(error.stack)).not.toContain(TOKEN);
});

test('one that is not there is told', async () => {
  const gone = connectCloudflare({ token: new Secret(TOKEN), baseUrl: 'http://127.0.0.1:9/client/v4' });
  await expect(gone.findZone('example.test')).rejects.toThrow('Cloudflare cannot be reached');
});
