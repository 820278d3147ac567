import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIRST_NETWORK_ID } from '../network/subnet.ts';
import type { Container } from './container.ts';
import type { Labels } from './label-tree.ts';
import { needsExposedPorts } from './needed-ports.ts';
import { type Reading, readContainer } from './read-container.ts';
import type { LabelSettings } from './settings.ts';

const SETTINGS: LabelSettings = {
  baseDomain: 'example.com',
  entryPoints: 'any',
  certResolvers: 'ignored',
  autoRoutes: true,
  trusted: true,
  dynamicEntryPoints: new Set(),
};

/** What comes of a container, but for the container itself. */
function read(labels: Labels, known: Pick<Container, 'ports'>): Omit<Reading, 'container'> {
  const given = { ...labels, 'rediacc.service_ip': '127.0.11.2' };
  const { container: _, ...rest } = readContainer(
    { id: 'id', name: 'web', networkId: FIRST_NETWORK_ID, serving: true, labels: given, ...known },
    SETTINGS,
  );
  return rest;
}

const PORT = 'traefik.http.services.web.loadbalancer.server.port';

test.each<[string, boolean, Record<string, string>]>([
  ['no label of ours or of Traefik', false, { maintainer: 'x' }],
  ['no port', true, { 'rediacc.service_name': 'web' }],
  ['a port of ours', false, { 'rediacc.service_port': '80' }],
  ['traefik.enable alone', true, { 'traefik.enable': 'true' }],
  ['two answers', true, { 'traefik.Enable': 'false', 'traefik.enable': 'true', [PORT]: '80' }],
  ['a router alone', true, { 'traefik.enable': 'true', 'traefik.http.routers.web.rule': 'Host(`a`)' }],
  ['the service’s port', false, { 'traefik.enable': 'true', [PORT]: '80' }],
  ['a port in other case', false, { 'traefik.Enable': 'TRUE', [PORT.replace('server', 'Server')]: '80' }],
  ['an empty port', true, { 'traefik.enable': 'true', [PORT]: '' }],
  ['an auto-route in spite of it', true, { 'traefik.http.x': '', [PORT]: '80' }],
  [
    'one of two services',
    true,
    { 'traefik.enable': 'true', [PORT]: '80', 'traefik.http.services.a.loadbalancer.server.scheme': 'h2c' },
  ],
  [
    'HTTP, but TCP has none',
    true,
    { 'traefik.enable': 'true', [PORT]: '80', 'traefik.tcp.routers.web.rule': 'HostSNI(`*`)' },
  ],
])('ports are needed with %s: %s', (_, expected, labels) => {
  expect(needsExposedPorts(labels)).toBe(expected);
});

const anyCase = (text: string): fc.Arbitrary<string> => fc.mixedCase(fc.constant(text));
const word = fc.constantFrom('web', 'api', 'a[0]', '');
const key = fc.oneof(
  fc.constantFrom('traefik.enable', 'traefik.Enable', 'rediacc.service_port', 'com.docker.compose.oneoff'),
  fc
    .tuple(fc.constantFrom('http', 'tcp', 'udp'), word, fc.constantFrom('port', 'scheme', 'url', 'x', ''))
    .chain(([protocol, name, option]) =>
      anyCase(`${protocol}.services.${name}.loadbalancer.server.${option}`).map((rest) => `traefik.${rest}`),
    ),
  fc
    .tuple(
      fc.constantFrom('http', 'tcp', 'udp'),
      word,
      fc.constantFrom('routers.N.rule', 'routers.N.service', 'services.N', 'middlewares.N.buffering', ''),
    )
    .map(([protocol, name, rest]) => `traefik.${protocol}.${rest.replace('N', name)}`),
);
const value = fc.constantFrom('true', 'false', '80', '0', '', ' ', 'web', 'Host(`a`)');

test('where no ports are needed, they change nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 7 }), fc.boolean(), (some, isEnabled) => {
      const labels = isEnabled ? { ...some, 'traefik.enable': 'true' } : some;
      fc.pre(!needsExposedPorts({ 'rediacc.service_ip': '127.0.11.2', ...labels }));
      expect(read(labels, { ports: { tcp: [5432], udp: [53] } })).toEqual(read(labels, {}));
    }),
    { numRuns: 5_000 },
  );
});
