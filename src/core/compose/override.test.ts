import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderHosts } from './hosts.ts';
import { readComposeModel, type ServiceModel } from './model.ts';
import { describeChanges } from './notices.ts';
import { renderOverride } from './override.ts';
import { refuseReplicas } from './replicas.ts';

/** Services as `docker compose config --format json` prints them. */
const model = (services: Record<string, unknown>) => readComposeModel(JSON.stringify({ services }));
const addressesOf = (services: ReadonlyMap<string, ServiceModel>) =>
  new Map([...services.keys()].map((name, slot) => [name, `127.0.11.${slot + 2}`]));

function override(services: Record<string, unknown>): Record<string, Record<string, unknown>> {
  const read = model(services);
  const text = renderOverride({
    services: read,
    networkId: 2816,
    addresses: addressesOf(read),
    hostsFolder: '/h',
  });
  return parse(text, { customTags: [{ tag: '!reset', resolve: () => '!reset' }], logLevel: 'silent' })
    .services;
}

describe('the override', () => {
  test.each([
    [[{ target: 80, published: '8080', protocol: 'tcp' }], ['80']],
    [
      ['8080:80', '127.0.0.1:5353:53/udp', '3000'],
      ['80', '53/udp', '3000'],
    ],
    [['8080:80', '8081:80'], ['80']],
    [['${PORT}:80', '8080:${PORT}'], ['80']],
    [['8000-8002:8000-8002'], undefined],
  ])('says on which ports a container listens that publishes %j', (ports, expose) => {
    expect(override({ web: { ports } })['web']?.['expose']).toEqual(expose);
  });

  test('puts a service on the host network, with address, labels and hosts file', () => {
    expect(override({ web: {} })['web']).toEqual({
      network_mode: 'host',
      ports: '!reset',
      networks: '!reset',
      links: '!reset',
      external_links: '!reset',
      environment: { SERVICE_IP: '127.0.11.2' },
      labels: {
        'rediacc.network_id': '2816',
        'rediacc.service_ip': '127.0.11.2',
        'rediacc.service_name': 'web',
      },
      volumes: [{ type: 'bind', source: '/h/web', target: '/etc/hosts', bind: { create_host_path: false } }],
    });
  });

  test('keeps the order of starting that links and a shared network imply', () => {
    const depends_on = { db: { condition: 'service_started', required: true, restart: true } };
    expect(override({ web: { links: ['db'], depends_on } })['web']).toMatchObject({ depends_on });
    expect(override({ vpn: { network_mode: 'service:db', depends_on } })['vpn']).toMatchObject({
      depends_on,
    });
    expect(override({ web: { depends_on } })['web']).not.toHaveProperty('depends_on');
  });

  test('lets builds use the network, unless they are to have none', () => {
    expect(override({ web: { build: '.' } })['web']).toMatchObject({ build: { network: 'host' } });
    expect(override({ web: { build: { network: 'none' } } })['web']).not.toHaveProperty('build');
  });

  test('leaves out sysctls of the network alone', () => {
    const sysctls = { 'net.core.somaxconn': 1024, 'kernel.msgmax': 65536 };
    expect(override({ web: { sysctls } })['web']).toMatchObject({ sysctls: { 'kernel.msgmax': '65536' } });
    expect(override({ web: { sysctls: ['net.core.somaxconn=1'] } })['web']).toMatchObject({
      sysctls: '!reset',
    });
  });

  test('leaves a service that wants no network as it is', () => {
    expect(override({ job: { network_mode: 'none' } })).toEqual({});
  });

  test('leaves a hosts file that the user mounts', () => {
    const volumes = [{ type: 'bind', source: './hosts', target: '/etc/hosts' }];
    expect(override({ web: { volumes } })['web']).not.toHaveProperty('volumes');
    expect(override({ web: { volumes: ['./hosts:/etc/hosts:ro'] } })['web']).not.toHaveProperty('volumes');
  });
});

test('what is changed is said, a sentence for each kind', () => {
  const services = model({
    web: {
      ports: [{ mode: 'ingress', target: 80, published: '8080', protocol: 'tcp' }, '53:53/udp'],
      networks: { default: null, front: { aliases: ['www'] } },
      labels: ['a=b', 'rediacc.service_ip=9.9.9.9'],
    },
    db: { network_mode: 'bridge', ports: [{ target: 5432 }], sysctls: { 'net.core.somaxconn': 1 } },
    job: { network_mode: 'none', ports: ['1:1'] },
    quiet: { networks: { default: null }, network_mode: 'host' },
  });
  expect(describeChanges(services)).toEqual([
    'web (8080:80, 53:53/udp), db (5432): ports are not published: each service has an address of its own, and the proxy leads to it',
    'web (front): networks are left out: services reach each other by name',
    'db (network_mode: bridge): network_mode is host instead',
    'web (rediacc.service_ip): labels that renet injects are replaced by its own',
    'db (net.core.somaxconn): sysctls of the network are left out: containers share the one of the machine',
  ]);
});

test('a service keeps its hosts entries, and gets the names of all', () => {
  const services = model({
    db: { container_name: 'main-db', networks: { back: { aliases: ['sql', 'db'] } } },
    web: {
      links: ['db:database', 'db'],
      hostname: 'www',
      extra_hosts: ['nas=10.0.0.5', 'v6=[fd00::5]', 'host.docker.internal:host-gateway', 'cache:10.0.0.6'],
    },
    cache: {},
  });
  const hosts = renderHosts('web', {
    services,
    addresses: addressesOf(services),
    machineName: 'laptop',
    machineHosts: '127.0.0.1 localhost\n127.0.1.1\tlaptop # Debian\n10.0.0.9 nas printer\n',
  });
  expect(hosts).toBe(`# localhost
127.0.0.1	localhost
::1	localhost ip6-localhost ip6-loopback
# extra_hosts
10.0.0.5	nas
fd00::5	v6
127.0.0.1	host.docker.internal
10.0.0.6	cache
# links
127.0.11.2	database
# services
127.0.11.2	db main-db sql
127.0.11.3	web
# this container
127.0.11.3	www
# what comes from the machine, as Traefik does
172.17.0.1	traefik.internal
# the machine
127.0.1.1	laptop
10.0.0.9	printer
`);
});

describe('one address is for one container', () => {
  const none = new Map<string, number>();

  test.each([{ scale: 3 }, { deploy: { replicas: 3 } }])('%j is refused', (asked) => {
    expect(() => refuseReplicas(model({ web: asked }), none)).toThrow(
      /the compose file asks for 3 containers of the service 'web'/,
    );
  });

  test('--scale is refused, and wins over the file', () => {
    expect(() => refuseReplicas(model({ web: {} }), new Map([['web', 2]]))).toThrow(/--scale asks for 2/);
    expect(() =>
      refuseReplicas(model({ web: { deploy: { replicas: 2 } } }), new Map([['web', 1]])),
    ).not.toThrow();
  });

  test('none, one and unknown variables pass', () => {
    const services = model({ a: { scale: 0 }, b: { deploy: { replicas: 1 } }, c: { scale: '$' + '{N}' } });
    expect(() => refuseReplicas(services, none)).not.toThrow();
  });
});
