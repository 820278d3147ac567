import { expect, test } from 'vitest';
import type { Options } from '../labels/decode.ts';
import { KINDS, PROTOCOLS, recordOf } from '../labels/sections.ts';
import type { MergedSections } from './merge.ts';
import { ordersOf, withoutHeld } from './orders.ts';
import { NO_TRANSPORTS } from './own-transports.ts';
import type { RepositoryRoutes } from './repository-routes.ts';

function routesOf(
  routers: Readonly<Record<string, Options>>,
  protocol: 'http' | 'tcp' = 'http',
): RepositoryRoutes {
  const empty = recordOf(PROTOCOLS, () => recordOf(KINDS, () => new Map())) as MergedSections;
  const named = new Map(
    Object.entries(routers).map(([name, options]) => [name, { options, containers: [] }]),
  );
  const sections = { ...empty, [protocol]: { ...empty[protocol], routers: named } };
  return {
    networkId: 2816,
    sections,
    stores: new Map(),
    transports: NO_TRANSPORTS,
    claims: [],
    publicPorts: [],
    problems: [],
    unrouted: [],
  };
}

const tlsOf = (routes: RepositoryRoutes, held: string[], name = 'a'): unknown =>
  withoutHeld(routes, new Set(held)).sections.http.routers.get(name)?.options['tls'];

test.each<[string, Options, string[]]>([
  [
    'the hosts of its rule',
    { rule: 'Host(`A.test`) || Host(`b.test`)', tls: { certResolver: 'le' } },
    ['le a.test b.test'],
  ],
  [
    'its own domains',
    {
      rule: 'Host(`a.test`)',
      tls: { certResolver: 'le', domains: [{ main: '*.a.test' }, { main: 'B.test', sans: ['c.test'] }] },
    },
    ['le *.a.test', 'le b.test c.test'],
  ],
  ['nothing without a resolver', { rule: 'Host(`a.test`)', tls: {} }, []],
  ['nothing without TLS', { rule: 'Host(`a.test`)' }, []],
  ['nothing without a host', { rule: 'PathPrefix(`/`)', tls: { certResolver: 'le' } }, []],
  ['nothing when its rule cannot be read', { rule: '???', tls: { certResolver: 'le' } }, []],
])('a router orders for %s', (_, options, keys) => {
  expect([...ordersOf(routesOf({ a: options })).keys()]).toEqual(keys);
});

test('a TCP router orders for the names of its rule, and none for all of them', () => {
  const tls = { certResolver: 'le' };
  const tcp = routesOf({ a: { rule: 'HostSNI(`a.test`)', tls }, b: { rule: 'HostSNI(`*`)', tls } }, 'tcp');
  expect([...ordersOf(tcp).keys()]).toEqual(['le a.test']);
});

test('what is held is published with TLS, and without a resolver', () => {
  const tls = { certResolver: 'le', options: 'strict@file' };
  const routes = routesOf({ a: { rule: 'Host(`a.test`)', tls }, b: { rule: 'Host(`b.test`)', tls } });
  expect(tlsOf(routes, ['le a.test'])).toEqual({ options: 'strict@file' });
  expect(tlsOf(routes, ['le a.test'], 'b')).toEqual(tls);
  expect(withoutHeld(routes, new Set())).toBe(routes);
});

test('of several orders those that are not held stay', () => {
  const domains = [{ main: '*.a.test' }, { main: 'b.test', sans: ['c.test'] }];
  const routes = routesOf({ a: { rule: 'Host(`x.a.test`)', tls: { certResolver: 'le', domains } } });
  expect(tlsOf(routes, ['le *.a.test'])).toEqual({ certResolver: 'le', domains: [domains[1]] });
  expect(tlsOf(routes, ['le *.a.test', 'le b.test c.test'])).toEqual({});
});
