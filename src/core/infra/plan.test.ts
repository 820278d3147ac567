import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  afterPush,
  bareServer,
  EVERYTHING,
  givenInput,
  IPV4,
  IPV6,
  listener,
  PROGRAMS,
  TOKEN,
} from '../../../test/given-server.ts';
import { Secret } from '../secret.ts';
import { wantedFiles } from './files.ts';
import { type Plan, planServer } from './plan.ts';
import { renderPlan } from './render-plan.ts';
import type { InfraSettings } from './setting.ts';

const UNITS = '/etc/systemd/system';
const TOKEN_PATH = '/etc/rediacc/secrets/cf-dns-token';
const settings: InfraSettings = {
  publicIpv4: IPV4,
  baseDomain: 'example.com',
  certEmail: 'ops@example.com',
  withoutPorts: '53,3306,5432,5672,6379,9092,11211,27017',
  dynamicTcpPorts: '',
};
const secrets = { cfDnsToken: new Secret(TOKEN) };
const input = givenInput(settings, secrets);
const pushed = afterPush(input, bareServer());

function change(changes: InfraSettings): Plan {
  return planServer(givenInput({ ...settings, ...changes }, secrets), pushed);
}

const paths = ({ write }: Pick<Plan, 'write'>): string[] => write.map(({ path }) => path);

const ISOLATION = ['rediacc-isolation.service', 'rediacc-probe.socket'];
const SERVICES = ['rediacc-router.service', 'rediacc-proxy.service'];

const NOTHING = {
  write: [],
  remove: [],
  makeCertificate: false,
  link: undefined,
  stop: [],
  enable: [],
  restart: [],
  changes: [],
};

describe('a bare server', () => {
  const plan = planServer(input, bareServer());

  test('everything is written', () => {
    expect(plan.write).toEqual(wantedFiles({ ...input, entryPoints: plan.entryPoints }));
    expect(plan.remove).toEqual([]);
    expect(plan.makeCertificate).toBe(true);
    expect(plan.link).toBe(PROGRAMS.renet);
  });

  test('everything is enabled and started, and nothing stopped', () => {
    expect(plan.enable).toEqual([...ISOLATION, 'rediacc-router.socket', ...SERVICES]);
    expect(plan.restart).toEqual([...ISOLATION, ...SERVICES]);
    expect(plan.stop).toEqual([]);
  });

  test('people are told', () => {
    expect(plan.changes.filter((change) => !change.startsWith('set '))).toEqual([
      'use renet-0123456789abcdef as renet',
      `open on ${IPV4}: TCP 80, 443`,
      'write in /etc/sysusers.d/: rediacc.conf',
      'write in /etc/tmpfiles.d/: rediacc.conf',
      'write in /etc/rediacc/: infra.json, traefik.yml, containerd.toml',
      'write in /etc/rediacc/traefik.d/: zz-default-certificate.yml',
      'write in /etc/rediacc/secrets/: cf-dns-token',
      `write in ${UNITS}/: rediacc-containerd@.service, rediacc-docker@.socket, rediacc-docker@.service, rediacc-containers@.service, rediacc-boot@.service, rediacc-containers.target, rediacc-isolation.service, rediacc-probe.socket, rediacc-probe@.service, rediacc-router.socket, rediacc-router.service, rediacc-proxy.service`,
      `write in ${UNITS}/docker-.scope.d/: rediacc.conf`,
      'write in /usr/local/lib/rediacc-shims/: docker, docker-compose, sudo',
      'write in /usr/local/lib/rediacc-isolation/: runc, pin, report',
      'make a certificate for hosts that have none',
      'start at boot: rediacc-isolation.service, rediacc-probe.socket, rediacc-router.socket, rediacc-router.service, rediacc-proxy.service',
      'start rediacc-isolation.service',
      'start rediacc-probe.socket',
      'start rediacc-router.service',
      'start rediacc-proxy.service',
    ]);
    expect(plan.warnings).toEqual([]);
  });

  test('only secrets are for root alone', () => {
    const secret = plan.write.filter(({ mode }) => (mode & 0o044) === 0);
    expect(secret).toEqual([{ path: TOKEN_PATH, mode: 0o600, text: secrets.cfDnsToken }]);
  });
});

describe('a server that has all', () => {
  test.each([
    ['few', settings],
    ['all', EVERYTHING],
    ['only IPv6 and no other', { publicIpv6: IPV6 }],
  ])('with %s settings there is nothing to do', (_, given) => {
    const same = givenInput(given, secrets);
    expect(planServer(same, afterPush(same, bareServer()))).toMatchObject(NOTHING);
  });

  test('a port of another that is left out does not come back as a change', () => {
    const given = givenInput({ publicIpv4: IPV4 });
    const server = bareServer({ bound: [listener('*:3306', 'mysqld (process 12)')] });
    expect(planServer(given, afterPush(given, server))).toMatchObject(NOTHING);
  });

  test('another renet is linked, and its service restarted', () => {
    const renet = '/usr/local/lib/rediacc/renet-9999999999999999';
    const plan = planServer({ ...input, programs: { ...PROGRAMS, renet } }, pushed);
    const units = ['rediacc-isolation.service', 'rediacc-router.service'];
    expect(plan).toMatchObject({ link: renet, restart: units });
    expect(paths(plan)).toEqual(units.map((unit) => `${UNITS}/${unit}`));
  });
});

describe('a change', () => {
  test('isolation is switched off: what keeps repositories apart stops, and goes', () => {
    const plan = change({ isolation: 'off' });
    expect(plan.stop).toEqual(ISOLATION);
    expect(plan.remove).toEqual([
      '/usr/local/lib/rediacc-isolation/runc',
      '/usr/local/lib/rediacc-isolation/pin',
      '/usr/local/lib/rediacc-isolation/report',
      ...['isolation.service', 'probe.socket', 'probe@.service'].map((name) => `${UNITS}/rediacc-${name}`),
    ]);
    expect(paths(plan).filter((path) => path.includes('@'))).toEqual([
      `${UNITS}/rediacc-containerd@.service`,
      `${UNITS}/rediacc-docker@.service`,
    ]);
    expect(plan.warnings).toEqual([expect.stringContaining('with --isolation off containers reach')]);
  });

  test('a port of the server that containers may reach: what lets them is loaded anew', () => {
    const plan = change({ loopbackPorts: '127.0.0.1:53' });
    expect(plan).toMatchObject({ stop: [], enable: [], remove: [] });
    expect(plan.restart).toEqual(['rediacc-isolation.service', 'rediacc-router.service']);
  });

  test('a port more: its socket is new, and the proxy opens it', () => {
    const plan = change({ tcpPorts: '25' });
    expect(paths(plan)).toContain(`${UNITS}/rediacc-proxy-tcp-25.socket`);
    expect(plan).toMatchObject({ remove: [], stop: [], enable: [] });
    expect(plan.restart).toContain('rediacc-proxy.service');
    expect(plan.changes).toContain(`open on ${IPV4}: TCP 25`);
    expect(plan.changes.filter((line) => line.startsWith('close'))).toEqual([]);
  });

  test('a port less: its socket is stopped and removed', () => {
    const more = givenInput({ ...settings, tcpPorts: '25' }, secrets);
    const plan = planServer(input, afterPush(more, bareServer()));
    expect(plan.stop).toEqual(['rediacc-proxy-tcp-25.socket']);
    expect(plan.remove).toEqual([`${UNITS}/rediacc-proxy-tcp-25.socket`]);
    expect(plan.restart).toContain('rediacc-proxy.service');
    expect(plan.changes).toContain(`close on ${IPV4}: TCP 25`);
  });

  test('another address: all sockets are stopped, and opened there', () => {
    const server = { ...pushed, addresses: [...pushed.addresses, '203.0.113.51'] };
    const plan = planServer(givenInput({ ...settings, publicIpv4: '203.0.113.51' }, secrets), server);
    expect(plan.stop).toEqual(['rediacc-proxy-web.socket', 'rediacc-proxy-websecure.socket']);
    expect(plan.remove).toEqual([]);
    expect(plan.changes).toEqual(
      expect.arrayContaining(['open on 203.0.113.51: TCP 80, 443', `close on ${IPV4}: TCP 80, 443`]),
    );
  });

  test('a second family: the sockets of the first stay', () => {
    const plan = change({ publicIpv6: IPV6 });
    expect(plan.stop).toEqual([]);
    expect(plan.changes).toContain(`open on ${IPV6}: TCP 80, 443`);
  });

  test.each<InfraSettings>([{ baseDomain: 'example.org' }, { autoRoutes: 'off' }, { trustLabels: 'on' }])(
    '%j: only the route server starts again, and nothing is interrupted',
    (changes) => {
      const plan = change(changes);
      expect(paths(plan)).toEqual(['/etc/rediacc/infra.json']);
      expect(plan).toMatchObject({
        ...NOTHING,
        write: plan.write,
        restart: ['rediacc-router.service'],
        changes: plan.changes,
      });
      expect(plan.changes).toEqual([
        expect.stringMatching(/^set (base-domain|auto-routes|trust-labels): .+ -> /),
        'write in /etc/rediacc/: infra.json',
        'restart rediacc-router.service: nothing is interrupted',
      ]);
    },
  );

  test.each<InfraSettings>([
    { readTimeout: '1h' },
    { trustedIps: '173.245.48.0/20' },
    { acmeServer: 'https://acme.example/directory' },
    { traefikOptions: 'log.level=DEBUG' },
  ])('%j: the proxy starts again', (changes) => {
    const plan = change(changes);
    expect(paths(plan)).toContain('/etc/rediacc/traefik.yml');
    expect(plan.restart).toContain('rediacc-proxy.service');
    expect(plan.stop).toEqual([]);
  });

  test('the access log is rotated while there is one', () => {
    const rotation = '/etc/logrotate.d/rediacc';
    const on = givenInput({ ...settings, accessLog: 'on' }, secrets);
    expect(paths(change({ accessLog: 'on' }))).toContain(rotation);
    expect(planServer(input, afterPush(on, bareServer())).remove).toEqual([rotation]);
  });
});

describe('the token', () => {
  const other = givenInput(settings, { cfDnsToken: new Secret(`${TOKEN}-other`) });

  test('another one: only the proxy starts again', () => {
    const plan = planServer(other, pushed);
    expect(paths(plan)).toEqual([TOKEN_PATH]);
    expect(plan).toMatchObject({ remove: [], stop: [], enable: [], restart: ['rediacc-proxy.service'] });
  });

  test('none: its file is removed, and there are no wildcards', () => {
    const plan = planServer(givenInput(settings), pushed);
    expect(plan.remove).toEqual([TOKEN_PATH]);
    expect(plan.restart).toContain('rediacc-proxy.service');
    expect(plan.changes).toContain('remove in /etc/rediacc/secrets/: cf-dns-token');
    expect(plan.warnings).toEqual([
      'without --cf-dns-token-file there is no wildcard certificate: each host gets its own by HTTP (letsencrypt-http), for which the internet must reach port 80',
    ]);
  });

  test('kept: there is nothing to do', () => {
    expect(planServer(givenInput(settings, { cfDnsToken: 'kept' }), pushed)).toMatchObject({
      ...NOTHING,
      warnings: [],
    });
  });

  test.each([
    ['a bare server', bareServer()],
    ['one that has another', pushed],
  ])('a plan for %s does not show it', (_, facts) => {
    const plan = planServer(other, facts);
    expect(paths(plan)).toContain(TOKEN_PATH);
    const shown = [JSON.stringify(plan), inspect(plan, { depth: null }), ...renderPlan(plan)];
    expect(shown.join('\n')).not.toContain(TOKEN.slice(0, 8));
  });
});
