import type { Answers } from '../src/core/explain/answers.ts';
import type { ContainerSeen, RepositorySeen, Seen } from '../src/core/explain/seen.ts';
import type { RouteListing } from '../src/core/routes/route-list.ts';

/** A server on which everything is as it should be: the container `app-web-1` answers for `web.example.org`. */

export const CONTAINER: ContainerSeen = {
  ...{
    id: 'a'.repeat(64),
    name: 'app-web-1',
    status: 'running',
    health: undefined,
    exitCode: 0,
    restarts: 0,
  },
  labels: {
    'com.docker.compose.project': 'app',
    'com.docker.compose.service': 'web',
    'rediacc.network_id': '2816',
    'rediacc.service_ip': '127.0.11.2',
    'rediacc.service_name': 'web',
    'traefik.enable': 'true',
    'traefik.http.routers.web.rule': 'Host(`web.example.org`)',
    'traefik.http.services.web.loadbalancer.server.port': '80',
  },
  ...{ error: '', isOutOfMemory: false, upSeconds: 60, healthOutput: '', command: [], environment: [] },
  ...{ exposed: { tcp: [], udp: [] }, composeFiles: ['compose.yml'], log: [] },
};

const COMPOSE = `services:
  web:
    image: busybox
    labels:
      traefik.enable: "true"
      traefik.http.routers.web.rule: Host(\`web.example.org\`)
      traefik.http.services.web.loadbalancer.server.port: "80"
`;

export const REPOSITORY: RepositorySeen = {
  ...{
    name: 'app',
    networkId: 2816,
    state: 'up',
    path: '/srv/app',
    containers: [CONTAINER],
    services: ['web'],
  },
  sources: [{ path: 'compose.yml', text: COMPOSE }],
};

export const ROUTE: RouteListing = {
  ...{ name: 'web-2816', rule: 'Host(`web.example.org`)', entryPoints: ['websecure'], middlewares: [] },
  ...{ service: 'web-2816', backends: ['http://127.0.11.2:80'], networkId: 2816, repository: 'app' },
  ...{ containers: ['app-web-1'], tier: 'labels' },
};

const HOST = '192.0.2.1';
const traefik = 'traefik (process 2)';

export const SEEN: Seen = {
  door: {
    ...{ isServer: true, baseDomain: 'example.com', autoRoutes: true, resolvers: [], isolation: true },
    entryPoints: [
      { name: 'websecure', protocol: 'tcp', host: HOST, port: 443 },
      { name: 'tcp-5432', protocol: 'tcp', host: HOST, port: 5432 },
    ],
    publicAddresses: [HOST],
  },
  router: {
    routes: { http: [ROUTE], tcp: [], udp: [], problems: [], unrouted: [] },
    certificates: [],
    health: { status: 'ok', traefik: { fetched: 'now', current: true }, daemons: [] },
  },
  repositories: [REPOSITORY],
  listeners: [
    { protocol: 'tcp', address: HOST, port: 443, holder: traefik },
    { protocol: 'tcp', address: HOST, port: 5432, holder: traefik },
    {
      protocol: 'tcp',
      address: '127.0.11.2',
      port: 80,
      holder: 'httpd (process 9)',
      container: CONTAINER.id,
    },
  ],
};

export const ANSWERS: Answers = {
  addresses: [HOST],
  router: { state: 'enabled' },
  direct: { kind: 'answered', status: 200 },
  proxied: { kind: 'answered', status: 200, certificate: { isForName: true, text: 'of LE' } },
};
