import { describe, expect, test } from 'vitest';
import { type CheckInput, judge } from './check.ts';
import { type DnsInput, hasChanges, planRecords } from './plan.ts';
import { commentOf, type DnsRecord, type RecordDraft, type WantedRecord } from './records.ts';
import { renderZoneFile, wantedRecords } from './wanted.ts';
import { delegatedAt, zoneCandidates } from './zone-names.ts';

const IPV4 = '203.0.113.50';
const IPV6 = '2001:db8::50';
const OWNER = 'example.com';
const COMMENT = commentOf(OWNER);

const wanted = (name: string): WantedRecord[] => [
  { name, type: 'A', content: IPV4 },
  { name, type: 'AAAA', content: IPV6 },
];
let ids = 0;
const record = (
  ...[name, type, content, more = {}]: [string, string, string, Partial<RecordDraft>?]
): DnsRecord => {
  ids += 1;
  return { ...{ id: `id${ids}`, name, type, content, ttl: 1, proxied: false, comment: '' }, ...more };
};
const ours = { comment: COMMENT };
const plan = (input: Partial<DnsInput>) =>
  planRecords({
    wanted: wanted('a.example.com'),
    records: [],
    owner: OWNER,
    adopt: false,
    prune: false,
    ...input,
  });
const actions = (input: Partial<DnsInput>): string[] =>
  plan(input).steps.map(({ type, action }) => `${type} ${action}`);

/** A zone after a plan has been carried out. */
function carriedOut(input: Partial<DnsInput>): DnsRecord[] {
  const { changes } = plan(input);
  const gone = new Set(changes.deletes.map(({ id }) => id));
  const patched = new Map(changes.patches.map((one) => [one.id, one]));
  const kept = (input.records ?? [])
    .filter(({ id }) => !gone.has(id))
    .map((one) => patched.get(one.id) ?? one);
  return [...kept, ...changes.posts.map((draft) => record(draft.name, draft.type, draft.content, draft))];
}

describe('a plan', () => {
  test('makes what is missing, and says in a comment that it is ours', () => {
    expect(plan({}).changes.posts).toEqual([
      { name: 'a.example.com', type: 'A', content: IPV4, ttl: 1, proxied: false, comment: COMMENT },
      { name: 'a.example.com', type: 'AAAA', content: IPV6, ttl: 1, proxied: false, comment: COMMENT },
    ]);
  });

  test('changes the address of ours alone, and keeps TTL and proxy', () => {
    const old = record('a.example.com', 'A', '198.51.100.7', { ...ours, ttl: 120, proxied: true });
    const { changes, steps } = plan({ records: [old] });
    expect(changes.patches).toEqual([{ ...old, content: IPV4 }]);
    expect(steps[0]).toMatchObject({ action: 'change', note: 'A 198.51.100.7' });
  });

  test.each([
    ['an address', [record('a.example.com', 'A', '198.51.100.7')], ['A leave', 'AAAA create']],
    ['a CNAME', [record('a.example.com', 'CNAME', 'x.example')], ['A leave', 'AAAA leave']],
    [
      'one of two',
      [record('a.example.com', 'A', IPV4, ours), record('a.example.com', 'A', '198.51.100.7')],
      ['A leave', 'AAAA create'],
    ],
  ])('leaves %s of somebody else as it is', (_, records, expected) => {
    expect(actions({ records })).toEqual(expected);
    for (const one of records) expect(carriedOut({ records })).toContainEqual(one);
  });

  test('takes over what is in the way when it is told to', () => {
    const address = record('a.example.com', 'A', '198.51.100.7', { proxied: true, comment: 'mine' });
    expect(plan({ records: [address], adopt: true }).changes.patches).toEqual([
      { ...address, content: IPV4, comment: COMMENT },
    ]);
    const cname = record('a.example.com', 'CNAME', 'x.example');
    const { changes } = plan({ records: [cname], adopt: true });
    expect(changes.deletes).toEqual([{ id: cname.id }]);
    expect(changes.posts).toHaveLength(2);
  });

  test('has nothing to say of other types, other names, and what is right already', () => {
    const records = [
      record('a.example.com', 'A', IPV4),
      record('a.example.com', 'AAAA', IPV6, ours),
      record('a.example.com', 'TXT', '"x"'),
      record('b.example.com', 'A', '198.51.100.7'),
    ];
    expect(hasChanges(plan({ records, adopt: true, prune: true }))).toBe(false);
    expect(actions({ records })).toEqual(['A keep', 'AAAA keep']);
  });

  test('removes only ours, and only when it is told to', () => {
    const gone = record('old.example.com', 'A', IPV4, ours);
    const others = [
      record('old.example.com', 'AAAA', IPV6),
      record('older.example.com', 'A', IPV4, { comment: commentOf('other.example') }),
    ];
    const records = [gone, ...others];
    expect(actions({ records })).toContain('A leave');
    expect(carriedOut({ records })).toContainEqual(gone);
    expect(plan({ records, prune: true }).changes.deletes).toEqual([{ id: gone.id }]);
  });

  test.each([false, true])('carried out once leaves nothing to do (adopt: %s)', (adopt) => {
    const records = [
      record('a.example.com', adopt ? 'CNAME' : 'A', '198.51.100.7', adopt ? {} : ours),
      record('old.example.com', 'A', IPV4, ours),
    ];
    const settled = carriedOut({ records, adopt, prune: true });
    expect(hasChanges(plan({ records: settled, adopt, prune: true }))).toBe(false);
  });
});

describe('what is wanted', () => {
  const names = (hosts: string[], taken: string[] = [], baseDomain: string | undefined = OWNER): string[] =>
    wantedRecords(hosts, { baseDomain, addresses: { ipv4: IPV4 }, taken: new Set(taken) }).map(
      ({ name }) => name,
    );

  test('the wildcard has every name below it, at any depth', () => {
    expect(names(['web-2816.example.com', 'x.y.example.com'])).toEqual(['*.example.com']);
  });

  test('but none that is there for itself, or has one below or above it that is', () => {
    expect(names(['a.example.com'], ['a.example.com'])).toEqual(['*.example.com', 'a.example.com']);
    expect(names(['a.example.com'], ['b.a.example.com'])).toEqual(['*.example.com', 'a.example.com']);
    expect(names(['b.a.example.com'], ['a.example.com'])).toEqual(['*.example.com', 'b.a.example.com']);
  });

  test('the base domain itself, and hosts elsewhere, have their own', () => {
    expect(names(['example.com', 'shop.org', '*.shop.org'])).toEqual([
      '*.example.com',
      '*.shop.org',
      'example.com',
      'shop.org',
    ]);
  });

  test('names that nobody can look up are none', () => {
    expect(names(['app.localhost', 'localhost', 'x.local', '10.0.0.1', '2001:db8::1'], [], '')).not.toContain(
      'app.localhost',
    );
    expect(
      wantedRecords(['app.localhost', 'x.invalid', '192.0.2.1'], {
        addresses: { ipv4: IPV4 },
        taken: new Set(),
      }),
    ).toEqual([]);
  });

  test('without an address there is none', () => {
    expect(wantedRecords(['shop.org'], { addresses: {}, taken: new Set() })).toEqual([]);
  });

  test('by hand it is a zone file', () => {
    expect(renderZoneFile(wanted('*.example.com'))).toEqual([
      '*.example.com.  300  IN  A     203.0.113.50',
      '*.example.com.  300  IN  AAAA  2001:db8::50',
    ]);
  });
});

test.each([
  ['app.example.com', ['example.com', 'app.example.com']],
  ['*.example.co.uk', ['co.uk', 'example.co.uk']],
  ['example.com', ['example.com']],
  ['localhost', []],
])('the zone of %s is one of %j', (host, candidates) => {
  expect(zoneCandidates(host)).toEqual(candidates);
});

test('a part of a zone with name servers of its own is another zone', () => {
  const zone = { id: 'z', name: OWNER };
  const records = [record(OWNER, 'NS', 'ns1.example'), record('apps.example.com', 'NS', 'ns2.example')];
  expect(delegatedAt('x.apps.example.com', zone, records)).toBe('apps.example.com');
  expect(delegatedAt('apps2.example.com', zone, records)).toBeUndefined();
});

describe('a host', () => {
  const look = (answers: Partial<CheckInput['answers']>, more: Partial<CheckInput> = {}) => {
    const addresses = answers.own ?? [IPV4, IPV6];
    return judge({
      ...{
        host: 'a.example.com',
        wanted: wanted('a.example.com'),
        authority: 'letsencrypt.org',
        byDns: true,
      },
      answers: { own: addresses, elsewhere: addresses, caa: [], challenge: undefined, ...answers },
      ...more,
    });
  };

  test.each<[string, Partial<CheckInput['answers']>, string, string]>([
    ['leads here', {}, 'right', ''],
    [
      'is not there',
      { own: [], elsewhere: [] },
      'missing',
      'no name server knows it: rdc dns apply makes its records',
    ],
    [
      'leads elsewhere',
      { own: ['198.51.100.7', IPV6] },
      'elsewhere',
      'it leads to 198.51.100.7; 203.0.113.50 is missing',
    ],
    ['lacks a family', { own: [IPV4] }, 'elsewhere', '2001:db8::50 is missing'],
    ['has one too many', { own: [IPV4, IPV6, '2001:db8::1'] }, 'elsewhere', 'it leads to 2001:db8::1'],
    [
      'is behind the proxy',
      { own: ['104.21.3.4', '172.67.1.2', '2606:4700:3030::1'] },
      'proxied',
      "Cloudflare's proxy is before it: set its networks by --trusted-ips, and its TLS mode to Full (strict)",
    ],
    [
      'is new',
      { elsewhere: [] },
      'spreading',
      'others still remember that it was not there: that ends by itself',
    ],
    [
      'cannot be asked of its own',
      { own: undefined, elsewhere: [IPV4, IPV6] },
      'right',
      "the zone's own name servers do not answer; others were asked",
    ],
    [
      'has CAA of another',
      { caa: [{ tag: 'issue', value: 'ca.example' }] },
      'right',
      'its CAA records (issue "ca.example") forbid certificates by letsencrypt.org: add 0 issue "letsencrypt.org"',
    ],
    [
      'has CAA with parameters',
      { caa: [{ tag: 'issue', value: 'letsencrypt.org; validationmethods=dns-01' }] },
      'right',
      '',
    ],
    [
      'has its challenge elsewhere',
      { challenge: 'home.ddns.example' },
      'right',
      '_acme-challenge.a.example.com is a CNAME to home.ddns.example: the token must be able to make records there',
    ],
  ])('that %s', (...[, answers, state, notes]) => {
    const { notes: said, ...verdict } = look(answers);
    expect({ ...verdict, said: said.join('; ') }).toEqual({ state, said: notes });
  });

  test('that is a wildcard goes by issuewild where there is one', () => {
    const caa = [
      { tag: 'issue', value: 'letsencrypt.org' },
      { tag: 'issuewild', value: ';' },
    ];
    expect(look({ caa }).notes).toEqual([]);
    expect(look({ caa }, { host: '*.example.com' }).notes).toHaveLength(1);
  });

  test('of an authority that nobody knows has no CAA to be judged by', () => {
    expect(look({ caa: [{ tag: 'issue', value: ';' }] }, { authority: undefined }).notes).toEqual([]);
  });
});
