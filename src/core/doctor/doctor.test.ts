import { expect, test } from 'vitest';
import { examineCertificates, examineDns, examineLabels } from './door.ts';
import { type Finding, isWell, renderFindings } from './finding.ts';
import { compareClocks, examineClock, examineSpace } from './machine.ts';
import { examineDaemons, examineRepositories } from './repositories.ts';

const stateOf = (one: Finding | undefined): string => `${one?.state} ${one?.said}`;
const GIB = 2 ** 30;
const HOUR = 3_600_000;

test('disk', () => {
  expect(examineSpace({ size: 100 * GIB, free: 50 * GIB }).state).toBe('ok');
  expect(examineSpace({ size: 100 * GIB, free: 5 * GIB }).state).toBe('warning');
  expect(examineSpace({ size: 100 * GIB, free: GIB }).state).toBe('wrong');
});

test('clock', () => {
  const write = (): string => '2026-11-28T15:17:43.008Z';
  expect(stateOf(examineClock(0, -HOUR, write))).toBe('ok 2026-11-28 15:17 UTC');
  expect(stateOf(examineClock(0, HOUR, write))).toContain('60 minutes later');
  expect(compareClocks(0, 30_000)).toBeUndefined();
  expect(compareClocks(0, 120_000)?.said).toContain('120 seconds apart');
});

const REPORT = { resolver: 'letsencrypt', names: ['a.example.org'], repositories: ['app'] };
const FAILURE = {
  code: 'token-wrong',
  why: 'the token is wrong',
  fix: 'Give another.',
  count: 1,
  at: '',
  error: '',
};
const valid = (days: number) => ({ issuer: 'LE', serial: '1', from: '0', until: String(days * 24 * HOUR) });

test('certificates, and the token with which they are made', () => {
  const examine = (...reports: Parameters<typeof examineCertificates>[0]['reports']) =>
    examineCertificates({ resolvers: ['letsencrypt'], reports, now: 0, read: Number });
  expect(examine({ ...REPORT, state: 'served', certificate: valid(60) })[0]?.state).toBe('ok');
  expect(stateOf(examine({ ...REPORT, state: 'ordered' })[0])).toContain('1 on their way');
  expect(stateOf(examine({ ...REPORT, state: 'failed', failure: FAILURE })[0])).toBe(
    'wrong a.example.org: the token is wrong (token-wrong)',
  );
  const near = { ...valid(3), from: String(-87 * 24 * HOUR) };
  expect(examine({ ...REPORT, state: 'late', certificate: near })[0]?.state).toBe('warning');
  // One that is good for a day is not near its end all the time.
  expect(examine({ ...REPORT, state: 'served', certificate: valid(1) })[0]?.state).toBe('ok');
  expect(examineCertificates({ resolvers: [], reports: [], now: 0, read: Number })[0]?.state).toBe('ok');
});

test('DNS', () => {
  expect(examineDns(undefined, undefined, []).state).toBe('ok');
  expect(examineDns('example.com', undefined, ['192.0.2.1']).said).toContain('nobody could be asked');
  expect(examineDns('example.com', [], ['192.0.2.1']).state).toBe('warning');
  expect(examineDns('example.com', ['192.0.2.9'], ['192.0.2.1']).state).toBe('warning');
  expect(examineDns('example.com', ['192.0.2.1'], ['192.0.2.1', '2001:db8::1']).state).toBe('ok');
});

test('daemons, labels and repositories', () => {
  expect(examineDaemons([{ networkId: 2816, state: 'up' }], String).state).toBe('ok');
  expect(
    stateOf(examineDaemons([{ networkId: 2816, state: 'unreachable', reason: 'gone' }], () => 'app')),
  ).toBe('wrong app is unreachable: gone');
  const problem = {
    code: 'port-missing' as const,
    networkId: 2816,
    repository: 'app',
    container: 'app-web-1',
    reason: 'no port',
    fix: 'name it',
  };
  expect(examineLabels([]).state).toBe('ok');
  expect(stateOf(examineLabels([problem, problem]))).toBe('warning app/app-web-1: no port (and 1 more)');
  const app = { name: 'app', wanted: 'up' as const, isUp: true };
  expect(examineRepositories([app]).map(({ state }) => state)).toEqual(['ok']);
  expect(examineRepositories([{ ...app, isUp: false }]).map(({ state }) => state)).toEqual(['wrong']);
  expect(
    examineRepositories([{ ...app, unfinished: 'up', fullness: 0.95 }]).map(({ state }) => state),
  ).toEqual(['warning', 'warning']);
});

test('warnings count where they are to', () => {
  const findings: Finding[] = [{ what: 'disk', state: 'warning', said: 'little room', fix: 'make some' }];
  expect(isWell(findings, false)).toBe(true);
  expect(isWell(findings, true)).toBe(false);
  expect(renderFindings(findings)).toEqual(['warning  disk  little room', '               make some']);
});
