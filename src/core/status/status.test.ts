import { expect, test } from 'vitest';
import { latenciesBetween, latencyOf, readRouterMetrics } from './latency.ts';
import { makeStatus } from './status.ts';

const METRICS = (
  requests: number,
  seconds: number,
): string => `# TYPE traefik_router_request_duration_seconds histogram
traefik_router_request_duration_seconds_bucket{code="200",method="GET",protocol="http",router="websecure-web-2816@http",service="web-2816@http",le="0.1"} 2
traefik_router_request_duration_seconds_sum{code="200",method="GET",protocol="http",router="websecure-web-2816@http",service="web-2816@http"} ${seconds}
traefik_router_request_duration_seconds_sum{code="404",method="GET",protocol="http",router="websecure-web-2816@http",service="web-2816@http"} 0.5
traefik_router_request_duration_seconds_count{code="200",method="GET",protocol="http",router="websecure-web-2816@http",service="web-2816@http"} ${requests}
traefik_router_request_duration_seconds_count{code="404",method="GET",protocol="http",router="websecure-web-2816@http",service="web-2816@http"} 1
`;

test('latencies are those of requests between two looks', () => {
  const first = readRouterMetrics(METRICS(1, 0.5));
  expect([...first]).toEqual([['websecure-web-2816', { requests: 2, seconds: 1 }]]);
  const second = readRouterMetrics(METRICS(3, 0.54));
  const now = latenciesBetween(first, second, new Map());
  expect(latencyOf('web-2816', now)).toEqual({ requests: 2, milliseconds: 20 });
  // Nothing came: the last ones stay.
  expect(latenciesBetween(second, second, now)).toEqual(now);
  // Traefik counts anew.
  expect(latencyOf('web-2816', latenciesBetween(second, readRouterMetrics(METRICS(1, 0.5)), now))).toEqual({
    requests: 2,
    milliseconds: 500,
  });
  expect(latencyOf('other-2816', now)).toBeUndefined();
});

test('services have their routes, or why they have none', () => {
  const container = (name: string) => ({
    ...{ id: name, name: `app-${name}-1`, networkId: 2816, serving: true },
    labels: { 'rediacc.service_name': name, 'rediacc.service_ip': '127.0.11.2' },
  });
  const route = {
    ...{
      name: 'web-2816',
      middlewares: [],
      service: 'web-2816',
      networkId: 2816,
      repository: 'app',
      tier: 'labels' as const,
    },
    containers: ['app-web-1'],
  };
  const status = makeStatus({
    ...{
      version: '1',
      state: 'ok',
      reasons: [],
      revision: 'abc',
      baseDomain: 'example.com',
      httpsPort: 8443,
      certificates: [],
    },
    daemons: [{ networkId: 2816, state: 'up', containers: [container('web'), container('queue')] }],
    routes: {
      http: [
        {
          ...route,
          rule: 'Host(`a.example.org`) && PathPrefix(`/api`)',
          entryPoints: ['websecure'],
          backends: ['http://127.0.11.2:80'],
        },
        { ...route, rule: 'Host(`*.example.org`)', entryPoints: ['web'], backends: [] },
      ],
      tcp: [
        {
          ...route,
          rule: 'HostSNI(`*`)',
          entryPoints: ['tcp-5432', 'tcp-5432-v6'],
          backends: ['127.0.11.2:5432'],
        },
      ],
      udp: [],
      problems: [],
      unrouted: [
        { networkId: 2816, repository: 'app', container: 'app-queue-1', reason: 'port 5672 is AMQP' },
      ],
    },
    latencies: new Map([['web-2816', { requests: 1, milliseconds: 2 }]]),
    nameOf: () => 'app',
  });
  expect(status.repositories[0]?.services).toEqual([
    { name: 'queue', container: 'app-queue-1', address: '127.0.11.2', routes: [], note: 'port 5672 is AMQP' },
    {
      name: 'web',
      container: 'app-web-1',
      address: '127.0.11.2',
      routes: [
        {
          text: 'https://a.example.org:8443/api',
          href: 'https://a.example.org:8443/api',
          latency: { requests: 1, milliseconds: 2 },
        },
        { text: 'http://*.example.org', latency: { requests: 1, milliseconds: 2 } },
        { text: 'tcp tcp-5432' },
      ],
    },
  ]);
  expect(status.ports).toEqual([
    { port: 'tcp-5432', repository: 'app', service: 'app-web-1', target: '127.0.11.2:5432' },
  ]);
});
