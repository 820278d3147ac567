import { expect, test } from 'vitest';
import { createOutcomes } from '../claims/outcome.ts';
import type { Container } from '../labels/container.ts';
import { type ProblemCode, problemCodes } from '../labels/problem.ts';
import { readContainer } from '../labels/read-container.ts';
import type { LabelSettings } from '../labels/settings.ts';
import { grantRoutes } from '../routes/grant.ts';
import { buildRepositoryRoutes } from '../routes/repository-routes.ts';
import { wishesOf } from '../routes/wishes.ts';
import type { Change } from './cause.ts';
import { problemCause } from './problem-fixes.ts';
import type { ContainerSeen, RepositorySeen } from './seen.ts';

const ENTRY_POINTS = ['web', 'websecure', 'tcp-5432', 'tcp-10000', 'udp-53'];
const SETTINGS: LabelSettings = {
  baseDomain: 'example.com',
  autoRoutes: true,
  entryPoints: ENTRY_POINTS,
  certResolvers: ['letsencrypt'],
  dynamicEntryPoints: new Set(['tcp-10000']),
  trusted: false,
};
const OWN = {
  'com.docker.compose.project': 'app',
  'com.docker.compose.service': 'web',
  'rediacc.network_id': '2816',
  'rediacc.service_ip': '127.0.11.2',
  'rediacc.service_name': 'web',
};
const ENABLED = { 'traefik.enable': 'true' };
const RULE = { ...ENABLED, 'traefik.http.routers.web.rule': 'Host(`web.example.org`)' };
const PORT = { 'traefik.http.services.web.loadbalancer.server.port': '80' };
const TCP = { ...ENABLED, 'traefik.tcp.services.web.loadbalancer.server.port': '5432' };

/** The problems of a container with these labels, beside one of another repository that has `taken.example.org`. */
function problemsWith(labels: Readonly<Record<string, string>>) {
  const container: Container = {
    id: 'a',
    name: 'app-web-1',
    networkId: 2816,
    labels: { ...OWN, ...labels },
    ports: { tcp: [], udp: [] },
    serving: true,
  };
  const asked = buildRepositoryRoutes(2816, [readContainer(container, SETTINGS)], SETTINGS);
  const ledger = new Map([['taken.example.org', [{ networkId: 2880, since: 1 }]]]);
  const outcome = createOutcomes(ledger, [])(wishesOf(asked));
  return grantRoutes(asked, { outcome, settings: SETTINGS, nameOf: String }).problems;
}

function seenWith(labels: Readonly<Record<string, string>>): ContainerSeen {
  return {
    ...{ id: 'a', name: 'app-web-1', labels: { ...OWN, ...labels }, status: 'running', health: undefined },
    ...{ exitCode: 0, restarts: 0, error: '', isOutOfMemory: false, upSeconds: 60, healthOutput: '' },
    ...{
      command: [],
      environment: [],
      exposed: { tcp: [], udp: [] },
      composeFiles: ['/app/compose.yml'],
      log: [],
    },
  };
}

const REPOSITORY: RepositorySeen = {
  ...{ name: 'app', networkId: 2816, state: 'up', path: '/app', containers: [], services: ['web'] },
  sources: [{ path: '/app/compose.yml', text: 'services:\n  web:\n    image: busybox\n' }],
};
const DOOR = {
  ...{
    isServer: true,
    baseDomain: 'example.com',
    autoRoutes: true,
    resolvers: ['letsencrypt'],
    isolation: true,
  },
  entryPoints: ENTRY_POINTS.map((name) => ({
    name,
    protocol: name.startsWith('udp') ? ('udp' as const) : ('tcp' as const),
    host: '192.0.2.1',
    port: Number(/\d+/.exec(name)?.[0] ?? 443),
  })),
  publicAddresses: [],
};

function fixFor(code: ProblemCode, labels: Readonly<Record<string, string>>) {
  const problem = problemsWith(labels).find((one) => one.code === code);
  if (problem === undefined) throw new Error(`there is no ${code}: ${JSON.stringify(problemsWith(labels))}`);
  const place = { door: DOOR, repository: REPOSITORY, container: seenWith(labels) };
  const listening = [{ protocol: 'tcp' as const, address: '127.0.11.2', port: 80, container: 'a' }];
  return problemCause({ problem, place, listening }).fix;
}

function changed(
  labels: Readonly<Record<string, string>>,
  changes: readonly Change[],
): Record<string, string> {
  const now = new Map(Object.entries(labels));
  for (const { at, value } of changes) {
    const label = at[1] ?? '';
    if (value === undefined) now.delete(label);
    else now.set(label, value.replaceAll('$$', '$'));
  }
  return Object.fromEntries(now);
}

const EDITS: readonly (readonly [ProblemCode, Readonly<Record<string, string>>])[] = [
  [
    'address-forbidden',
    { ...RULE, 'traefik.http.services.web.loadbalancer.server.url': 'http://127.0.0.1:7111' },
  ],
  [
    'certificate-foreign',
    {
      ...RULE,
      ...PORT,
      'traefik.http.routers.web.tls.certresolver': 'letsencrypt',
      'traefik.http.routers.web.tls.domains[0].main': 'other.example.org',
    },
  ],
  [
    'certificate-foreign',
    {
      ...RULE,
      ...PORT,
      'traefik.http.routers.web.tls.certresolver': 'letsencrypt',
      'traefik.http.routers.web.tls.domains[0].main': 'web.example.org',
      'traefik.http.routers.web.tls.domains[0].sans': 'other.example.org',
    },
  ],
  [
    'entrypoint-leased',
    {
      ...TCP,
      'traefik.tcp.routers.web.rule': 'HostSNI(`*`)',
      'traefik.tcp.routers.web.entrypoints': 'tcp-10000',
    },
  ],
  ['entrypoint-missing', { ...TCP, 'traefik.tcp.routers.web.rule': 'HostSNI(`*`)' }],
  ['entrypoint-unknown', { ...RULE, ...PORT, 'traefik.http.routers.web.entrypoints': 'websecrue' }],
  ['entrypoint-unknown', { ...RULE, ...PORT, 'traefik.http.routers.web.entrypoints': 'nothing-like-it' }],
  ['file-forbidden', { ...RULE, ...PORT, 'traefik.http.middlewares.m.basicauth.usersfile': '/etc/users' }],
  [
    'host-invalid',
    { ...PORT, ...ENABLED, 'traefik.http.routers.web.rule': 'Host(`https://web.example.org/`)' },
  ],
  ['host-invalid', { ...PORT, ...ENABLED, 'traefik.http.routers.web.rule': 'Host(`bücher.example.org`)' }],
  ['host-invalid', { ...PORT, ...ENABLED, 'traefik.http.routers.web.rule': 'Host(`*.org`)' }],
  [
    'host-reserved',
    { ...PORT, ...ENABLED, 'traefik.http.routers.web.rule': 'Host(`other-2880.example.com`)' },
  ],
  ['host-reserved', { ...PORT, ...ENABLED, 'traefik.http.routers.web.rule': 'Host(`*.example.com`)' }],
  ['label-invalid', { ...RULE, ...PORT, 'traefik.http.routers.web.priorty': '1' }],
  ['label-invalid', { ...RULE, ...PORT, 'traefik.http.middlewares.m.compres': 'true' }],
  ['label-invalid', { ...RULE, ...PORT, 'Traefik.http.routers.web.priority': '1' }],
  ['label-invalid', { ...RULE, ...PORT, 'traefik.enable': 'yes' }],
  ['label-invalid', { ...RULE, ...PORT, 'traefik.http.routers.web.priority': 'high' }],
  ['port-missing', RULE],
  [
    'port-missing',
    {
      ...ENABLED,
      'traefik.tcp.routers.web.rule': 'HostSNI(`*`)',
      'traefik.tcp.routers.web.entrypoints': 'tcp-5432',
    },
  ],
  ['ports-invalid', { 'rediacc.tcp_ports': 'smtp' }],
  [
    'reference-unknown',
    {
      ...RULE,
      ...PORT,
      'traefik.http.routers.web.middlewares': 'aa,nothing',
      'traefik.http.middlewares.aa.headers.framedeny': 'true',
    },
  ],
  [
    'reference-unknown',
    {
      ...RULE,
      ...PORT,
      'traefik.http.routers.web.middlewares': 'securty',
      'traefik.http.middlewares.security.headers.framedeny': 'true',
    },
  ],
  [
    'reference-unknown',
    { ...RULE, ...PORT, 'traefik.http.services.web.loadbalancer.serverstransport': 'mine' },
  ],
  ['resolver-unknown', { ...RULE, ...PORT, 'traefik.http.routers.web.tls.certresolver': 'le' }],
  ['rule-hostless', { ...PORT, ...ENABLED, 'traefik.http.routers.web.rule': 'PathPrefix(`/api`)' }],
  ['rule-hostless', { ...PORT, ...ENABLED, 'traefik.http.routers.web.rule': 'HostRegexp(`.*`)' }],
  [
    'rule-hostless',
    {
      ...TCP,
      'traefik.tcp.routers.web.rule': 'HostSNI(`*`)',
      'traefik.tcp.routers.web.entrypoints': 'websecure',
      'traefik.tcp.routers.web.tls': 'true',
    },
  ],
  ...[
    "Host('web.example.org')",
    'Host(web.example.org)',
    'Host(`web.example.org`',
    'Host(`web.example.org)',
    'Hots(`web.example.org`)',
    'Host(`a.example.org`, `b.example.org`)',
    'Host(`web.example.org`) & Path(`/a`)',
    'Host(`web.example.org`) and Path(`/a`)',
    'Host(`web.example.org`) &&',
    'nothing at all',
  ].map((rule) => ['rule-invalid', { ...PORT, ...ENABLED, 'traefik.http.routers.web.rule': rule }] as const),
  ['rule-missing', { ...TCP, 'traefik.tcp.routers.web.entrypoints': 'tcp-5432' }],
  ['service-ambiguous', { ...RULE, ...PORT, 'traefik.http.services.other.loadbalancer.server.port': '81' }],
  ['service-forbidden', { ...RULE, ...PORT, 'traefik.http.routers.web.service': 'api@internal' }],
  ['service-port-invalid', { 'rediacc.service_port': 'http' }],
  [
    'store-forbidden',
    { ...RULE, ...PORT, 'traefik.tls.stores.default.defaultgeneratedcert.resolver': 'letsencrypt' },
  ],
  [
    'tls-missing',
    {
      ...TCP,
      'traefik.tcp.routers.web.rule': 'HostSNI(`web.example.org`)',
      'traefik.tcp.routers.web.entrypoints': 'tcp-5432',
    },
  ],
  [
    'url-with-port',
    { ...RULE, ...PORT, 'traefik.http.services.web.loadbalancer.server.url': 'http://web:80' },
  ],
];

test.each(EDITS)('the edit for %s ends it: %o', (code, labels) => {
  const { edit } = fixFor(code, labels);
  expect(edit).toMatchObject({ file: '/app/compose.yml', service: 'web' });
  const now = changed(labels, edit?.changes ?? []);
  expect(problemsWith(now).map((one) => one.code)).not.toContain(code);
});

test.each<[ProblemCode, Record<string, string>, string]>([
  [
    'host-taken',
    { ...PORT, ...ENABLED, 'traefik.http.routers.web.rule': 'Host(`taken.example.org`)' },
    'sudo renet host release taken.example.org',
  ],
  [
    'ports-exhausted',
    { 'rediacc.tcp_ports': '25' },
    'rdc context set-infra SERVER --dynamic-tcp-ports 10000-10020 && rdc context push-infra SERVER',
  ],
  [
    'entrypoint-unknown',
    {
      ...TCP,
      'traefik.tcp.routers.web.rule': 'HostSNI(`*`)',
      'traefik.tcp.routers.web.entrypoints': 'tcp-9999',
    },
    'rdc context set-infra SERVER --tcp-ports +9999 && rdc context push-infra SERVER',
  ],
  [
    'address-missing',
    { ...RULE, ...PORT, 'rediacc.service_ip': '192.0.2.1' },
    'cd /app && sudo renet compose -- up -d --force-recreate web',
  ],
])('the command for %s', (code, labels, command) => {
  expect(fixFor(code === 'address-missing' ? 'address-foreign' : code, labels).command).toBe(command);
});

test('what stands where, and with a dollar doubled as Compose wants it', () => {
  const labels = {
    ...RULE,
    ...PORT,
    'traefik.http.routers.web.middlewares': 'securty',
    'traefik.http.middlewares.se$urity.headers.framedeny': 'true',
  };
  expect(fixFor('reference-unknown', labels).edit).toEqual({
    ...{ file: '/app/compose.yml', line: 2, service: 'web' },
    changes: [{ at: ['labels', 'traefik.http.routers.web.middlewares'], value: 'se$$urity' }],
  });
});

test('each code of a problem has a fix', () => {
  const labels = RULE;
  for (const code of problemCodes) {
    const problem = { code, networkId: 2816, container: 'app-web-1', reason: 'so', fix: 'so' };
    const place = { door: DOOR, repository: REPOSITORY, container: seenWith(labels) };
    const { fix } = problemCause({ problem, place, listening: [] });
    expect(fix.text).not.toBe('');
  }
});
