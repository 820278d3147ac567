import { expect, test } from 'vitest';
import type { RouteListing } from '../routes/route-list.ts';
import { type Check, checksOf, describeTarget, isAnswer } from './proof.ts';

const entryPoint = (name: string, port: number, protocol: 'tcp' | 'udp' = 'tcp') => ({
  ...{ name, port, protocol },
  host: '203.0.113.50',
});
const ENTRY_POINTS = [
  entryPoint('web', 80),
  entryPoint('websecure', 443),
  entryPoint('tcp-993', 993),
  entryPoint('udp-53', 53, 'udp'),
];

function checks(protocol: Check['protocol'], route: Partial<RouteListing>, promised = false): Check[] {
  const whole: RouteListing = {
    ...{ name: 'web-2816', rule: '', entryPoints: [], middlewares: [], service: 'web', backends: [] },
    ...{ networkId: 2816, repository: 'my-app', containers: ['web'], tier: 'labels' },
    ...route,
  };
  return checksOf(protocol, whole, { entryPoints: ENTRY_POINTS, isPromised: () => promised });
}

const targets = (...args: Parameters<typeof checks>): string[] => checks(...args).map(describeTarget);

test('each host of a rule is asked for, with a path that the rule lets in', () => {
  expect(targets('http', { rule: 'Host(`a.org`) || Host(`b.org`)' })).toEqual([
    'https://a.org',
    'https://b.org',
  ]);
  expect(targets('http', { rule: 'Host(`a.org`) && PathPrefix(`/api`)' })).toEqual(['https://a.org/api']);
  expect(targets('http', { rule: 'Host(`*.a.org`)' })).toEqual(['https://any.a.org']);
  expect(targets('http', { rule: 'Host(`a.org`)', entryPoints: ['web'] })).toEqual(['http://a.org']);
  expect(targets('http', { rule: 'Host(`a.org`)', entryPoints: ['gone'] })).toEqual([]);
  expect(targets('http', { rule: 'nobody reads this' })).toEqual(['https://203.0.113.50']);
});

test('ports are asked for, too', () => {
  const imaps = { entryPoints: ['tcp-993'], rule: 'HostSNI(`mail.a.org`)', tls: { passthrough: true } };
  expect(checks('tcp', imaps)).toMatchObject([{ host: 'mail.a.org', tls: 'passthrough' }]);
  expect(targets('tcp', { entryPoints: ['tcp-993'], rule: 'HostSNI(`*`)' })).toEqual([
    'tcp://203.0.113.50:993',
  ]);
  expect(checks('tcp', { entryPoints: ['tcp-993'], rule: 'HostSNI(`*`)' })).toMatchObject([{ tls: 'none' }]);
  expect(checks('udp', { entryPoints: ['udp-53'] })).toMatchObject([{ isRequired: false }]);
});

test('what somebody has asked for must answer; what is only there may', () => {
  expect(checks('http', { rule: 'Host(`a.org`)' })).toMatchObject([{ isRequired: true }]);
  expect(checks('http', { rule: 'Host(`a.org`)', tier: 'auto' })).toMatchObject([{ isRequired: false }]);
  expect(checks('http', { rule: 'Host(`a.org`)', tier: 'auto' }, true)).toMatchObject([{ isRequired: true }]);
});

test('an answer is the one that the container gives, or what middlewares make of it', () => {
  const route = checks('http', { rule: 'Host(`a.org`)' })[0]!.route;
  const behind = { ...route, middlewares: ['auth-2816'] };
  expect([200, 404, 503].map((status) => isAnswer(status, status, route))).toEqual([true, true, true]);
  expect(isAnswer(404, 200, route)).toBe(false);
  expect(isAnswer(401, 200, route)).toBe(false);
  expect(isAnswer(401, 200, behind)).toBe(true);
  expect(isAnswer(502, undefined, behind)).toBe(false);
  expect(isAnswer(200, undefined, route)).toBe(true);
});
