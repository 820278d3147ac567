import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { DnsRecord, RecordChanges, Zone } from '../../src/core/dns/records.ts';
import { Secret } from '../../src/core/secret.ts';
import { connectCloudflare } from '../../src/edges/cloudflare.ts';

/** A Cloudflare, real or not, with a zone in which records may be made below `rediacc-contract`. */
export type Place = { readonly baseUrl?: string; readonly token: string; readonly zone: string };

const time = z.iso.datetime();
const text = z.string();

/**
 * What Cloudflare publishes of its answers: npm's cloudflare 7.3.0, made from its OpenAPI description (resources/dns/records.d.ts,
 * resources/zones/zones.d.ts). Strict: a field that is not published is none that we may use.
 */
const record = z.strictObject({
  ...{
    id: text,
    name: text,
    type: text,
    content: z.optional(text),
    ttl: z.number(),
    proxied: z.optional(z.boolean()),
  },
  ...{ proxiable: z.boolean(), meta: z.looseObject({}), settings: z.optional(z.looseObject({})) },
  ...{
    comment: z.optional(z.nullable(text)),
    tags: z.optional(z.array(text)),
    private_routing: z.optional(z.boolean()),
  },
  ...{ created_on: time, modified_on: time },
  ...{
    comment_modified_on: z.optional(time),
    tags_modified_on: z.optional(time),
    priority: z.optional(z.number()),
  },
});
const zoneShape = z.looseObject({
  ...{
    id: text,
    name: text,
    account: z.looseObject({}),
    name_servers: z.array(text),
    status: z.optional(text),
  },
  ...{ created_on: time, modified_on: time, development_mode: z.number(), meta: z.looseObject({}) },
  ...{ owner: z.looseObject({}), plan: z.looseObject({}), activated_on: z.nullable(time) },
  ...{ original_dnshost: z.nullable(text), original_name_servers: z.nullable(z.array(text)) },
  original_registrar: z.nullable(text),
});
const envelope = <T extends z.core.$ZodType>(result: T) =>
  z.looseObject({
    success: z.literal(true),
    errors: z.array(z.unknown()),
    messages: z.array(z.unknown()),
    result,
  });
const info = z.looseObject({
  page: z.number(),
  per_page: z.number(),
  count: z.number(),
  total_count: z.number(),
});

const NONE: RecordChanges = { deletes: [], patches: [], posts: [] };

/** What rdc relies on, of whoever answers as Cloudflare. */
export function describeCloudflare(who: string, place: () => Place): void {
  describe(who, () => {
    const client = (token = place().token) =>
      connectCloudflare({ token: new Secret(token), baseUrl: place().baseUrl });
    const host = (name: string): string => `${name}.rediacc-contract.${place().zone}`;
    let zone: Zone;
    const ours = async (): Promise<DnsRecord[]> =>
      (await client().records(zone)).filter(({ name }) => name.endsWith(host('').slice(1)));
    const raw = async (path: string, init: RequestInit = {}): Promise<unknown> => {
      const { token, baseUrl = 'https://api.cloudflare.com/client/v4' } = place();
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      return (await fetch(`${baseUrl}${path}`, { ...init, headers })).json();
    };

    beforeAll(async () => {
      zone = (await client().findZone(place().zone)) ?? { id: '', name: '' };
      await client().change(zone, { ...NONE, deletes: await ours() });
    });
    afterAll(async () => client().change(zone, { ...NONE, deletes: await ours() }));

    const draft = (name: string, content: string) => ({
      ...{ name: host(name), type: content.includes(':') ? 'AAAA' : 'A', content },
      ...{ ttl: 1, proxied: false, comment: 'Made by rediacc for a test' },
    });

    test('a zone is found by its name, and one that the token does not see is none', async () => {
      expect(zone).toMatchObject({ name: place().zone, id: expect.stringMatching(/^[0-9a-f]{32}$/) });
      expect(await client().findZone('rediacc-does-not-have-it.example')).toBeUndefined();
    });

    test.each(['a-token-that-nobody-has-ever-made-012345', 'bad'])(
      'the token %s is refused',
      async (token) => {
        await expect(client(token).findZone(place().zone)).rejects.toMatchObject({ code: 'token-refused' });
      },
    );

    test('answers are as they are published', async () => {
      await client().change(zone, { ...NONE, posts: [draft('shape', '192.0.2.1')] });
      z.parse(
        z.looseObject({ ...envelope(z.array(zoneShape)).shape, result_info: info }),
        await raw(`/zones?name=${zone.name}`),
      );
      const list = await raw(`/zones/${zone.id}/dns_records?name.exact=${host('shape')}`);
      const page = z.parse(z.looseObject({ ...envelope(z.array(record)).shape, result_info: info }), list);
      expect(page.result).toHaveLength(1);
      const body = JSON.stringify({ posts: [draft('batch', '192.0.2.1')] });
      const batch = z.strictObject({
        deletes: z.optional(z.nullable(z.array(record))),
        patches: z.optional(z.nullable(z.array(record))),
        posts: z.optional(z.nullable(z.array(record))),
        puts: z.optional(z.nullable(z.array(record))),
      });
      z.parse(envelope(batch), await raw(`/zones/${zone.id}/dns_records/batch`, { method: 'POST', body }));
    });

    test('records are made, changed and removed', async () => {
      await client().change(zone, {
        ...NONE,
        posts: [draft('one', '192.0.2.1'), draft('one', '2001:db8::1')],
      });
      const found = (await ours()).filter(({ name }) => name === host('one'));
      expect(found.map(({ id: _, ...rest }) => rest).sort((a, b) => (a.type < b.type ? -1 : 1))).toEqual([
        draft('one', '192.0.2.1'),
        draft('one', '2001:db8::1'),
      ]);
      const [first] = found.filter(({ type }) => type === 'A') as [DnsRecord];
      await client().change(zone, { ...NONE, patches: [{ ...first, content: '192.0.2.2', ttl: 300 }] });
      expect(await ours()).toContainEqual({ ...first, content: '192.0.2.2', ttl: 300 });
      await client().change(zone, { ...NONE, deletes: found });
      expect((await ours()).filter(({ name }) => name === host('one'))).toEqual([]);
    });

    test('a CNAME gives way to an address in one request', async () => {
      const cname = { ...draft('cname', '192.0.2.1'), type: 'CNAME', content: 'elsewhere.example' };
      await client().change(zone, { ...NONE, posts: [cname] });
      const [made] = (await ours()).filter(({ name }) => name === host('cname')) as [DnsRecord];
      await client().change(zone, { ...NONE, deletes: [made], posts: [draft('cname', '192.0.2.1')] });
      expect((await ours()).filter(({ name }) => name === host('cname'))).toMatchObject([{ type: 'A' }]);
    });

    test('a request of which one part cannot be changes nothing', async () => {
      const posts = [draft('whole', '192.0.2.1'), { ...draft('whole', '192.0.2.1'), content: 'no address' }];
      await expect(client().change(zone, { ...NONE, posts })).rejects.toThrow(/Cloudflare answers 400/);
      expect((await ours()).filter(({ name }) => name === host('whole'))).toEqual([]);
    });
  });
}
