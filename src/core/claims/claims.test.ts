import { describe, expect, test } from 'vitest';
import { nextExpiry } from './grace.ts';
import { type Lease, type LeaseInput, type PortRequest, settleLeases } from './leases.ts';
import { type Ledger, type LedgerInput, settleLedger } from './ledger.ts';
import { createOutcomes } from './outcome.ts';
import {
  readClaims,
  readDecisions,
  readLeases,
  writeClaims,
  writeDecisions,
  writeLeases,
} from './state-files.ts';

const [A, B, C] = [2816, 2880, 2944] as const;
const HOUR = 3_600_000;

/** Settles step by step; what a step leaves out is as before. */
function course(
  ...steps: readonly (Partial<Omit<LedgerInput, 'wanted'>> & { want?: Record<number, string[]> })[]
): Ledger {
  let ledger: Ledger = new Map();
  let input: LedgerInput = {
    wanted: new Map(),
    answering: new Set([A, B, C]),
    released: new Map(),
    deleted: new Map(),
    now: 0,
    grace: 10,
  };
  for (const { want, ...step } of steps) {
    const wanted = Object.entries(want ?? {}).map(([id, keys]) => [Number(id), new Set(keys)] as const);
    input = { ...input, ...step, ...(want === undefined ? {} : { wanted: new Map(wanted) }) };
    const keys = [...ledger.keys(), ...[...input.wanted.values()].flatMap((all) => [...all])];
    const everyone = new Set(input.wanted.keys());
    const changes = settleLedger(ledger, input, new Map(keys.map((key) => [key, everyone])));
    ledger = new Map([...new Map([...ledger, ...changes])].filter(([, claims]) => claims.length > 0));
  }
  return ledger;
}

const holders = (ledger: Ledger, key = 'x.org') => (ledger.get(key) ?? []).map(({ networkId }) => networkId);

describe('who has a host', () => {
  test('the first one, for as long as it is wanted', () => {
    expect(
      holders(course({ want: { [B]: ['x.org'] } }, { now: HOUR, want: { [A]: ['x.org'], [B]: ['x.org'] } })),
    ).toEqual([B, A]);
  });
  test('of those who come at once the one with the lower number', () => {
    expect(holders(course({ want: { [B]: ['x.org'], [A]: ['x.org'] } }))).toEqual([A, B]);
  });
  test('while its daemon does not answer it keeps it, however long', () => {
    const away = { answering: new Set([B]), want: { [B]: ['x.org'] } };
    expect(
      holders(course({ want: { [A]: ['x.org'] } }, { now: 1, ...away }, { now: HOUR, ...away })),
    ).toEqual([A, B]);
  });
  test('when its label is gone for the grace period it goes to the next', () => {
    const others = { [B]: ['x.org'], [C]: ['x.org'] };
    const begin = [{ want: { [A]: ['x.org'], ...others } }, { now: 5, want: others }];
    expect(holders(course(...begin, { now: 14 }))).toEqual([A, B, C]);
    expect(holders(course(...begin, { now: 15 }))).toEqual([B, C]);
  });
  test('when the label comes back in time nothing has happened', () => {
    const ledger = course(
      { want: { [A]: ['x.org'] } },
      { now: 5, want: {} },
      { now: 14, want: { [A]: ['x.org'] } },
      { now: 20 },
    );
    expect(ledger.get('x.org')).toEqual([{ networkId: A, since: 0 }]);
  });
  test('a released one goes to the next, and its owner stands in line again', () => {
    const ledger = course(
      { want: { [A]: ['x.org'], [B]: ['x.org'] } },
      { now: 5, released: new Map([['x.org', 3]]) },
      { now: 9 },
    );
    expect(ledger.get('x.org')).toEqual([
      { networkId: B, since: 5 },
      { networkId: A, since: 5 },
    ]);
  });
  test('a released one that its owner does not want any more is free', () => {
    const released = new Map([['x.org', 3]]);
    expect(holders(course({ want: { [A]: ['x.org'] } }, { now: 2, want: {} }, { now: 5, released }))).toEqual(
      [],
    );
  });
  test('the next expiry is that of the first to go', () => {
    const ledger = course(
      { want: { [A]: ['x.org', 'y.org'] } },
      { now: 3, want: { [A]: ['y.org'] } },
      { now: 4, want: {} },
    );
    expect(nextExpiry([...ledger.values()].flat(), 10)).toBe(13);
    expect(nextExpiry([], 10)).toBeUndefined();
  });
});

describe('a wildcard and the names below it', () => {
  const outcome = (ledger: Ledger, networkId: number, ...claims: string[]) =>
    createOutcomes(ledger, [])({ networkId, claims: new Set(claims), ports: [] });
  test('exclude each other: the older one counts', () => {
    const wildcardFirst = course(
      { want: { [B]: ['*.x.org'] } },
      { now: 1, want: { [A]: ['a.x.org'], [B]: ['*.x.org'] } },
    );
    expect([...outcome(wildcardFirst, A, 'a.x.org').refused]).toEqual([['a.x.org', B]]);
    expect([...outcome(wildcardFirst, B, '*.x.org').refused]).toEqual([]);
    const nameFirst = course(
      { want: { [A]: ['a.x.org'] } },
      { now: 1, want: { [A]: ['a.x.org'], [B]: ['*.x.org'] } },
    );
    expect([...outcome(nameFirst, B, '*.x.org').refused]).toEqual([['*.x.org', A]]);
  });
  test('of one repository stand beside each other', () => {
    const ledger = course({ want: { [A]: ['*.x.org', 'a.x.org'] } });
    expect(outcome(ledger, A, '*.x.org', 'a.x.org').refused.size).toBe(0);
  });
  test('two levels are two things', () => {
    const ledger = course({ want: { [A]: ['*.x.org'], [B]: ['a.b.x.org', 'x.org'] } });
    expect(outcome(ledger, B, 'a.b.x.org', 'x.org').refused.size).toBe(0);
  });
});

describe('public ports', () => {
  const request = (service: string, networkId: number = A): PortRequest => ({
    protocol: 'tcp',
    networkId,
    service,
    target: 80,
  });
  const settle = (
    leases: readonly Lease[],
    wanted: readonly PortRequest[],
    input: Partial<LeaseInput> = {},
  ) =>
    settleLeases(leases, {
      wanted,
      answering: new Set([A, B]),
      deleted: new Map(),
      ranges: { tcp: [10000, 10001], udp: [] },
      now: 0,
      grace: 10,
      ...input,
    });
  const ports = (leases: readonly Lease[]) => leases.map(({ service, port }) => `${service} ${port}`);

  test('the lowest that is free, and kept', () => {
    const first = settle([], [request('b'), request('a')]);
    expect(ports(first)).toEqual(['b 10000', 'a 10001']);
    expect(settle(first, [request('a'), request('b')])).toEqual(first);
  });
  test('none is left', () => {
    expect(ports(settle([], [request('a'), request('b'), request('c')]))).toEqual(['a 10000', 'b 10001']);
    expect(settle([], [{ ...request('a'), protocol: 'udp' }])).toEqual([]);
  });
  test('given back after the grace period, and used again', () => {
    const full = settle([], [request('a'), request('b')]);
    const gone = settle(full, [request('b'), request('c')], { now: 5 });
    expect(ports(gone)).toEqual(['a 10000', 'b 10001']);
    // Nothing new, so nothing is to be saved.
    const waiting = settle(gone, [request('b'), request('c')], { now: 6 });
    expect(waiting.map((lease, i) => lease === gone[i])).toEqual([true, true]);
    expect(ports(settle(gone, [request('b'), request('c')], { now: 15 }))).toEqual(['c 10000', 'b 10001']);
  });
  test('kept while the daemon does not answer', () => {
    const leases = settle([], [request('a', B)]);
    expect(settle(leases, [], { now: HOUR, answering: new Set([A]) })).toEqual(leases);
  });
  test('not outside the range, when that has changed', () => {
    const leases = settle([], [request('a')]);
    expect(ports(settle(leases, [request('a')], { ranges: { tcp: [20000], udp: [] } }))).toEqual(['a 20000']);
  });
});

test('what a deleted repository had is free at once, and its number may come back', () => {
  const gone = course(
    { want: { [A]: ['x.org'], [B]: ['x.org'] } },
    { now: 5, want: { [B]: ['x.org'] }, answering: new Set([B]) },
    { now: 6, deleted: new Map([[A, 6]]) },
  );
  expect(gone.get('x.org')).toEqual([{ networkId: B, since: 0 }]);
  const back = course(
    { want: { [A]: ['x.org'] } },
    { now: 6, want: {}, deleted: new Map([[A, 6]]) },
    { now: 7, want: { [A]: ['x.org'] } },
    { now: 8 },
  );
  expect(back.get('x.org')).toEqual([{ networkId: A, since: 7 }]);
});

test('state files hold what was written into them', () => {
  const times = {
    write: (at: number) => new Date(at).toISOString(),
    read: (text: string) => Date.parse(text),
  };
  const ledger = course(
    { want: { [A]: ['x.org', 'entrypoint tcp-25'] } },
    { now: 5, want: { [A]: ['x.org'] } },
  );
  expect(readClaims([...writeClaims(ledger, times)].join(''), times)).toEqual(ledger);
  const leases: Lease[] = [
    { protocol: 'udp', networkId: A, service: 'dns', target: 53, port: 10000, since: 1, goneSince: 2 },
  ];
  expect(readLeases(writeLeases(leases, times), times)).toEqual(leases);
  const decisions = {
    trusted: new Set([A, B]),
    released: new Map([['x.org', 7]]),
    deleted: new Map([[C, 8]]),
    retried: new Map([['*', 9]]),
  };
  expect(readDecisions(writeDecisions(decisions, times), times)).toEqual(decisions);
  expect(readDecisions('{"trusted": [], "released": {}}', times).deleted).toEqual(new Map());
  for (const text of ['', '{}', '[]', '{"claims":{"x":[{}]}}'])
    expect(() => readClaims(text, times)).toThrow();
});
