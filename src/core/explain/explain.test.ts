import { expect, test } from 'vitest';
import { ANSWERS, CONTAINER, REPOSITORY, ROUTE, SEEN } from '../../../test/given-seen.ts';
import type { Answers, Reply } from './answers.ts';
import { beginExplanation, type Explanation, endExplanation, followWay } from './explanation.ts';
import { renderExplanation } from './render.ts';
import type { ContainerSeen, RepositorySeen, Seen } from './seen.ts';
import { readSubject } from './subject.ts';

function explain(asked: string, seen: Seen, answers: Answers = ANSWERS): Explanation {
  const found = beginExplanation(readSubject(asked), seen);
  if ('cause' in found) return { asked, ways: [], cause: found.cause };
  return endExplanation(
    asked,
    found.ways.map((way) => followWay(way, answers, seen)),
  );
}

const withContainer = (change: Partial<ContainerSeen>): Seen => ({
  ...SEEN,
  repositories: [{ ...REPOSITORY, containers: [{ ...CONTAINER, ...change }] }],
});
const withRepository = (change: Partial<RepositorySeen>): Seen => ({
  ...SEEN,
  repositories: [{ ...REPOSITORY, containers: [], ...change }],
});
const withDoor = (change: Partial<Seen['door']>): Seen => ({ ...SEEN, door: { ...SEEN.door, ...change } });
const withRouter = (change: Partial<NonNullable<Seen['router']>>): Seen => ({
  ...SEEN,
  router: SEEN.router && { ...SEEN.router, ...change },
});
const routes = { http: [], tcp: [], udp: [], problems: [], unrouted: [] };
const listeners = (change: (all: Seen['listeners']) => Seen['listeners']): Seen => ({
  ...SEEN,
  listeners: change(SEEN.listeners),
});
const failed = (failure: 'speaks-tls' | 'refused'): Reply => ({
  kind: 'failed',
  failure,
  message: 'so',
});

test('a way on which nothing is wrong', () => {
  const { cause, ways } = explain('web.example.org', SEEN);
  expect(cause).toBeUndefined();
  expect(ways[0]?.stations.map(({ name }) => name)).toEqual([
    'dns',
    'entrypoint',
    'route',
    'container',
    'Traefik',
    'listener',
    'container itself',
    'proxy',
    'certificate',
  ]);
  for (const asked of ['443', 'web', 'app/web', 'app-web-1', 'app', 'https://web.example.org/deep'])
    expect(explain(asked, SEEN).cause).toBeUndefined();
});

test.each<[code: string, seen: Seen, answers: Answers, command: RegExp]>([
  ['router-silent', { ...SEEN, router: undefined }, ANSWERS, /systemctl restart rediacc-router/],
  [
    'router-starting',
    withRouter({ health: { status: 'starting', traefik: { fetched: null }, daemons: [] } }),
    ANSWERS,
    /proxy status/,
  ],
  [
    'container-out-of-memory',
    withContainer({ status: 'exited', exitCode: 137, isOutOfMemory: true }),
    ANSWERS,
    /up -d web$/,
  ],
  [
    'container-unstartable',
    withContainer({ status: 'created', error: 'no such file' }),
    ANSWERS,
    /up -d web$/,
  ],
  ['container-restarting', withContainer({ restarts: 5, upSeconds: 1 }), ANSWERS, /renet logs app web$/],
  ['repository-locked', withRepository({ state: 'locked' }), ANSWERS, /--mount --key-file FILE$/],
  ['repository-unmounted', withRepository({ state: 'unmounted' }), ANSWERS, /repo up app --mount$/],
  ['entrypoint-closed', listeners((all) => all.slice(2)), ANSWERS, /proxy apply/],
  [
    'entrypoint-foreign',
    listeners((all) => all.map((one) => ({ ...one, holder: 'nginx (process 7)' }))),
    ANSWERS,
    /proxy apply/,
  ],
  ['dns-missing', SEEN, { ...ANSWERS, addresses: [] }, /rdc dns apply/],
  ['dns-elsewhere', SEEN, { ...ANSWERS, addresses: ['192.0.2.9'] }, /rdc dns apply/],
  [
    'traefik-silent',
    SEEN,
    { ...ANSWERS, router: { state: 'silent', reason: 'so' } },
    /restart rediacc-proxy/,
  ],
  ['traefik-behind', SEEN, { ...ANSWERS, router: { state: 'absent' } }, /proxy refresh/],
  [
    'proxy-refuses',
    SEEN,
    { ...ANSWERS, router: { state: 'refused', errors: ['so'], middlewares: [] } },
    /logs/,
  ],
  ['backend-speaks-tls', SEEN, { ...ANSWERS, direct: failed('speaks-tls') }, /repo push/],
  ['backend-closes', SEEN, { ...ANSWERS, direct: failed('refused') }, /logs/],
  ['closed-on-the-way', SEEN, { ...ANSWERS, proxied: { kind: 'answered', status: 502 } }, /proxy logs/],
  [
    'closed-on-the-way',
    SEEN,
    { ...ANSWERS, proxied: { kind: 'failed', failure: 'refused', message: 'so' } },
    /proxy logs/,
  ],
  [
    'listens-elsewhere',
    listeners((all) => all.map((one) => (one.port === 80 ? { ...one, address: '192.0.2.77' } : one))),
    ANSWERS,
    /logs/,
  ],
  ['listens-nowhere', listeners((all) => all.slice(0, 2)), ANSWERS, /logs/],
])('%s', (...[code, seen, answers, command]) => {
  const { cause } = explain('https://web.example.org/', seen, answers);
  expect(cause?.code).toBe(code);
  expect(cause?.fix.command).toMatch(command);
});

test.each<[code: string, asked: string, seen: Seen]>([
  ['router-behind', 'web', withRouter({ routes })],
  [
    'auto-routes-off',
    'web',
    withRouter({
      routes: {
        ...routes,
        unrouted: [
          {
            networkId: 2816,
            repository: 'app',
            container: 'app-web-1',
            reason: 'auto-routes are off: no base domain is set',
          },
        ],
      },
    }),
  ],
  ['repository-down', 'app', withRepository({ state: 'down' })],
  ['repository-down', 'web', withRepository({ state: 'down' })],
  ['repository-down', 'web-2816.example.com', withRepository({ state: 'down' })],
  ['container-missing', 'web', withRepository({})],
  [
    'container-missing',
    'web.example.org',
    { ...withRepository({}), router: SEEN.router && { ...SEEN.router, routes } },
  ],
  ['service-unknown', 'wbe-2816.example.com', SEEN],
  [
    'path-unrouted',
    'https://web.example.org/deep',
    withRouter({
      routes: { ...routes, http: [{ ...ROUTE, rule: 'Host(`web.example.org`) && PathPrefix(`/api`)' }] },
    }),
  ],
  ['port-unopened', 'tcp-9999', SEEN],
  ['port-unrouted', 'tcp-5432', SEEN],
])('%s for %s', (code, asked, seen) => {
  expect(explain(asked, seen).cause?.code).toBe(code);
});

test("Cloudflare's proxies may stand before a server", () => {
  expect(
    explain('web.example.org', SEEN, { ...ANSWERS, addresses: ['104.16.1.1', '2606:4700::1'] }).cause,
  ).toBeUndefined();
});

test('who listens on all addresses is not taken for the container', () => {
  const other = { protocol: 'tcp' as const, address: '0.0.0.0', port: 80, holder: 'nginx (process 7)' };
  const seen = listeners((all) => [...all.slice(0, 2), other]);
  expect(explain('web', seen).cause).toMatchObject({
    code: 'listens-nowhere',
    why: expect.stringContaining('nginx (process 7)'),
  });
  expect(
    explain(
      'web',
      listeners((all) => [...all.slice(0, 2), { ...other, container: CONTAINER.id }]),
    ).cause,
  ).toBeUndefined();
});

test('of a repository as a whole nobody expects more of a task that is done', () => {
  const task = { ...CONTAINER, id: 'b', name: 'app-migrate-1', status: 'exited' };
  const seen = withRepository({ containers: [CONTAINER, task] });
  expect(explain('app', seen).cause).toBeUndefined();
  expect(explain('app-migrate-1', seen).cause?.code).toBe('container-stopped');
});

test('auto-routes are switched on where they are off', () => {
  const unrouted = [
    { networkId: 2816, repository: 'app', container: 'app-web-1', reason: 'auto-routes are switched off' },
  ];
  const seen = {
    ...withDoor({ autoRoutes: false }),
    router: SEEN.router && { ...SEEN.router, routes: { ...routes, unrouted } },
  };
  expect(explain('web', seen).cause?.fix.command).toContain('--auto-routes on');
});

test.each([
  [
    'failed',
    { code: 'account-gone', why: 'it is gone', fix: 'Make another.', count: 1, at: '', error: '' },
    'certificate-account-gone',
    'sudo renet cert retry --new-account',
  ],
  ['ordered', undefined, 'certificate-no-word', 'sudo renet cert list'],
] as const)('a certificate that is %s', (...[state, failure, code, command]) => {
  const certificates = [
    {
      resolver: 'letsencrypt',
      names: ['*.example.org'],
      repositories: ['app'],
      state,
      ...(failure === undefined ? {} : { failure }),
    },
  ];
  const certified = { ...routes, http: [{ ...ROUTE, tls: { certResolver: 'letsencrypt' } }] };
  const answers: Answers = {
    ...ANSWERS,
    proxied: { kind: 'answered', status: 200, certificate: { isForName: false, text: '' } },
  };
  expect(
    explain('web.example.org', withRouter({ certificates, routes: certified }), answers).cause,
  ).toMatchObject({ code, fix: { command } });
});

test('words of the command that name the wrong address are changed, as Compose must read them', () => {
  const change = { command: ['serve', '--on=127.0.0.1:80', '$HOME'] };
  const seen = {
    ...withContainer(change),
    listeners: SEEN.listeners.map((one) => (one.port === 80 ? { ...one, address: '127.0.0.1' } : one)),
  };
  expect(explain('web', seen).cause).toMatchObject({
    code: 'listens-on-loopback',
    fix: {
      edit: {
        file: 'compose.yml',
        line: 2,
        service: 'web',
        changes: [{ at: ['command'], value: '["serve","--on=${WEB_IP}:80","$$HOME"]' }],
      },
    },
  });
});

test.each([
  [
    ['DATABASE_URL=postgres://u:p@127.0.0.1/db', 'LISTEN=127.0.0.1:80'],
    { at: ['environment', 'LISTEN'], value: '${WEB_IP}:80' },
  ],
  [['DB_HOST=127.0.0.1', 'HOST=localhost'], { at: ['environment', 'HOST'], value: '${WEB_IP}' }],
  [['ORIGIN=http://127.0.0.1:80'], { at: ['environment', 'ORIGIN'], value: 'http://${WEB_IP}:80' }],
  [['DATABASE_URL=postgres://u:p@127.0.0.1/db', 'DB_HOST=127.0.0.1'], undefined],
])('%o: what is connected to stays', (environment, change) => {
  const seen = {
    ...withContainer({ environment }),
    listeners: SEEN.listeners.map((one) => (one.port === 80 ? { ...one, address: '127.0.0.1' } : one)),
  };
  const { fix } = explain('web', seen).cause ?? {};
  expect(fix?.edit?.changes).toEqual(change && [change]);
  if (change === undefined) expect(fix?.command).toContain('renet logs');
});

test('it is shown for people', () => {
  const seen = listeners((all) => all.map((one) => (one.port === 80 ? { ...one, port: 8080 } : one)));
  expect(renderExplanation(explain('web.example.org', seen))).toEqual([
    'https://web.example.org',
    '  ok     dns         web.example.org leads to 192.0.2.1',
    '  ok     entrypoint  websecure listens on 192.0.2.1:443',
    '  ok     route       app has it: Host(`web.example.org`) -> http://127.0.11.2:80',
    '  ok     container   app-web-1 runs at 127.0.11.2',
    '  ok     Traefik     has the router web-2816, and takes it',
    '  wrong  nothing listens on 127.0.11.2:80: app-web-1 listens on 127.0.11.2:8080 [listens-on-other-port]',
    '',
    'fix: Name the port that it listens on.',
    '  in compose.yml:7, service web:',
    '    labels: traefik.http.services.web.loadbalancer.server.port: "8080"',
    '  $ rdc repo push . app -m SERVER && rdc repo up app -m SERVER',
  ]);
});
