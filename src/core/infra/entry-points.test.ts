import { describe, expect, test } from 'vitest';
import { bareServer, IPV4, IPV6, listener } from '../../../test/given-server.ts';
import type { EntryPoint } from '../traefik/static-config.ts';
import { planEntryPoints } from './entry-points.ts';
import { type Bound, type Facts, UNKNOWN_HOLDER } from './facts.ts';
import { socketUnit } from './places.ts';
import type { InfraSettings } from './setting.ts';

/** Nothing but what is asked for. */
const ONLY: InfraSettings = {
  withoutPorts: '53,3306,5432,5672,6379,9092,11211,27017',
  dynamicTcpPorts: '',
};
const both = { publicIpv4: IPV4, publicIpv6: IPV6 };
const ipv4 = { publicIpv4: IPV4 };
const ipv6 = { publicIpv6: IPV6 };

function plan(settings: InfraSettings, facts: Partial<Facts> = {}, before: readonly EntryPoint[] = []) {
  return planEntryPoints(settings, bareServer(facts), before);
}

function described(settings: InfraSettings, facts: Partial<Facts> = {}): string[] {
  return plan(settings, facts).entryPoints.map(({ name, host, port }) => `${name} ${host} ${port}`);
}

function names(settings: InfraSettings, facts: Partial<Facts> = {}): string[] {
  return plan(settings, facts).entryPoints.map(({ name }) => name);
}

const refusal = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

describe('addresses', () => {
  test('with IPv4 alone everything listens there', () => {
    expect(described({ ...ONLY, ...ipv4, tcpPorts: '25' })).toEqual([
      `web ${IPV4} 80`,
      `websecure ${IPV4} 443`,
      `tcp-25 ${IPV4} 25`,
    ]);
  });

  test('with IPv6 alone everything listens there, by the plain names', () => {
    expect(described({ ...ONLY, ...ipv6, tcpPorts: '25' })).toEqual([
      `web ${IPV6} 80`,
      `websecure ${IPV6} 443`,
      `tcp-25 ${IPV6} 25`,
    ]);
  });

  test('with both each entrypoint has a twin of IPv6', () => {
    expect(described({ ...ONLY, ...both, udpPorts: '123' })).toEqual([
      `web ${IPV4} 80`,
      `web-v6 ${IPV6} 80`,
      `websecure ${IPV4} 443`,
      `websecure-v6 ${IPV6} 443`,
      `udp-123 ${IPV4} 123`,
      `udp-123-v6 ${IPV6} 123`,
    ]);
  });

  test('behind NAT Traefik listens on the address from which the server reaches the internet, with a warning', () => {
    const facts = { addresses: ['127.0.0.1', '10.0.0.7'], outgoing: { ipv4: '10.0.0.7' } };
    expect(described({ ...ONLY, ...ipv4 }, facts)).toEqual(['web 10.0.0.7 80', 'websecure 10.0.0.7 443']);
    expect(plan(ipv4, facts).warnings).toEqual([
      `${IPV4} is on no interface: Traefik listens on 10.0.0.7, to which whatever has ${IPV4} must forward`,
    ]);
  });

  test('an address on an interface is no reason to warn', () => {
    expect(plan(both).warnings).toEqual([]);
  });

  test('an address on no interface is refused where there is no way out for its family', () => {
    const facts = { addresses: ['127.0.0.1', '::1', 'fe80::1', IPV4], outgoing: { ipv4: IPV4 } };
    expect(() => plan(both, facts)).toThrow(
      expect.objectContaining({
        code: 'address-missing-on-server',
        message: `${IPV6} is on no interface of the server, and it has no IPv6 route to the internet either`,
        fix: `It has ${IPV4}.`,
      }),
    );
  });

  test('no public address is refused, and the one that the server has is named', () => {
    expect(() => plan({ baseDomain: 'example.com' })).toThrow(
      expect.objectContaining({
        code: 'address-unset',
        fix: expect.stringContaining(`It reaches the internet from ${IPV4}.`),
      }),
    );
  });
});

describe('ports', () => {
  test('without a word about ports there are the preconfigured and the dynamic ones, ascending', () => {
    const dynamic = Array.from({ length: 11 }, (_, i) => `tcp-${10000 + i}`);
    expect(names(ipv4)).toEqual([
      ...['web', 'websecure', 'tcp-3306', 'tcp-5432', 'tcp-5672', 'tcp-6379', 'tcp-9092'],
      ...dynamic,
      ...['tcp-11211', 'tcp-27017', 'udp-53'],
    ]);
  });

  test('ports that are not to be opened are not', () => {
    const opened = names({ ...ipv4, withoutPorts: '53,3306,10001-10010' });
    expect(opened).toContain('tcp-10000');
    expect(opened.filter((name) => /^(udp-53|tcp-3306|tcp-10001)$/.test(name))).toEqual([]);
  });

  test('a port that is asked for is opened, whatever is not to be', () => {
    expect(names({ ...ONLY, ...ipv4, tcpPorts: '3306' })).toContain('tcp-3306');
  });

  test('a port of two lists is opened once', () => {
    const settings = { ...ONLY, ...ipv4, tcpPorts: '10000', dynamicTcpPorts: '10000' };
    expect(names(settings)).toEqual(['web', 'websecure', 'tcp-10000']);
  });

  test('dynamic ports may be of UDP', () => {
    expect(names({ ...ONLY, ...ipv4, dynamicUdpPorts: '10000-10001' })).toEqual([
      'web',
      'websecure',
      'udp-10000',
      'udp-10001',
    ]);
  });
});

describe('listeners of others', () => {
  test.each([
    ['*:80', 'TCP port 80', 'all addresses'],
    ['0.0.0.0:443', 'TCP port 443', 'all addresses'],
    [`${IPV4}:80`, 'TCP port 80', IPV4],
    ['[::]:80', 'TCP port 80', 'all addresses'],
    [`[${IPV6}]:443`, 'TCP port 443', IPV6],
    ['*:25', 'TCP port 25', 'all addresses'],
    [`${IPV4}:123/udp`, 'UDP port 123', IPV4],
    ['*:123/udp', 'UDP port 123', 'all addresses'],
  ])('%s is refused by name', (at, port, where) => {
    const bound = [listener(at)];
    expect(() => plan({ ...both, tcpPorts: '25', udpPorts: '123' }, { bound })).toThrow(
      refusal(
        'port-taken',
        `${port} of the server is taken by nginx (process 12), which listens on ${where}`,
      ),
    );
  });

  test('the way to do without a port that was asked for is named, and that of HTTP has none', () => {
    const fixOf = (port: number): unknown => {
      try {
        return plan({ ...ipv4, tcpPorts: '25' }, { bound: [listener(`*:${port}`)] });
      } catch (error) {
        return (error as { fix: string }).fix;
      }
    };
    expect(fixOf(25)).toBe(
      'Stop that, or take the port from the list: --tcp-ports -25. Nothing was changed.',
    );
    expect(fixOf(80)).toBe('Stop that. Nothing was changed.');
  });

  test.each([
    ['*:3306', 'TCP port 3306 is left out: nginx (process 12) listens on all addresses', 'tcp-3306'],
    [`[${IPV6}]:5432`, `TCP port 5432 is left out: nginx (process 12) listens on ${IPV6}`, 'tcp-5432'],
    ['0.0.0.0:10003', 'TCP port 10003 is left out: nginx (process 12) listens on all addresses', 'tcp-10003'],
    ['*:53/udp', 'UDP port 53 is left out: nginx (process 12) listens on all addresses', 'udp-53'],
  ])('%s, for which nobody asked, is left out with its twin and a warning', (at, warning, name) => {
    const { entryPoints, warnings } = plan(both, { bound: [listener(at)] });
    expect(warnings).toEqual([warning]);
    const all = plan(both).entryPoints;
    expect(entryPoints).toEqual(all.filter((one) => one.name !== name && one.name !== `${name}-v6`));
  });

  test('a preconfigured or dynamic port counts as asked for when it is', () => {
    const settings = { ...ipv4, tcpPorts: '3306,10000' };
    expect(() => plan(settings, { bound: [listener('*:3306')] })).toThrow(/taken by nginx/);
    expect(() => plan(settings, { bound: [listener('*:10000')] })).toThrow(/taken by nginx/);
  });

  test.each([
    ['127.0.0.1:80', both],
    ['127.0.0.53:53/udp', both],
    ['10.0.0.7:443', both],
    ['[2001:db8::51]:443', both],
    ['*:80/udp', both],
    ['*:53', both],
    ['*:22', both],
    ['0.0.0.0:80', ipv6],
    ['[::]:80', ipv4],
    [`[${IPV6}]:80`, ipv4],
  ])('%s does not disturb', (at, addresses) => {
    const settings = { ...addresses, tcpPorts: '25', udpPorts: '123' };
    expect(plan(settings, { bound: [listener(at)] })).toEqual(plan(settings));
  });

  test('TCP and UDP of one number do not disturb each other', () => {
    const settings = { ...ONLY, ...ipv4, tcpPorts: '123', udpPorts: '123' };
    expect(names(settings)).toEqual(['web', 'websecure', 'tcp-123', 'udp-123']);
  });
});

describe('our own listeners', () => {
  const bound = (holder: string): Bound[] =>
    [`${IPV4}:80`, `${IPV4}:443`, `${IPV4}:25`].map((at) => listener(at, holder));
  const settings = { ...ONLY, ...ipv4, tcpPorts: '25' };
  const before = plan(settings).entryPoints;

  test.each([
    'systemd (process 1)',
    'traefik (process 9)',
    'traefik-0123456 (process 812)',
    // A socket that another push has just made.
    UNKNOWN_HOLDER,
  ])('%s is no obstacle where it listened before', (holder) => {
    expect(plan(settings, { bound: bound(holder) }, before).entryPoints).toEqual(before);
  });

  test('another process that has taken such a port since is one', () => {
    expect(() => plan(settings, { bound: bound('nginx (process 12)') }, before)).toThrow(/taken by nginx/);
  });

  test("an operator's own Traefik is one", () => {
    expect(() => plan(settings, { bound: bound('traefik (process 9)') })).toThrow(/taken by traefik/);
    const everywhere = [listener('*:80', 'traefik (process 9)')];
    expect(() => plan(settings, { bound: everywhere }, before)).toThrow(/taken by traefik/);
  });

  test('they are known by their sockets where infra.json is lost', () => {
    const units = new Map(
      before.map(({ name }) => [socketUnit(name), { active: 'active', enabled: 'static' }]),
    );
    expect(plan(settings, { bound: bound('systemd (process 1)'), units }).entryPoints).toEqual(before);
  });

  test('one that is to have another name is no obstacle either', () => {
    const twins = plan({ ...settings, ...ipv6 }).entryPoints;
    const listening = [`[${IPV6}]:80`, `[${IPV6}]:443`].map((at) => listener(at, 'systemd (process 1)'));
    const alone = plan({ ...ONLY, ...ipv6 }, { bound: listening }, twins).entryPoints;
    expect(alone.map(({ name }) => name)).toEqual(['web', 'websecure']);
  });
});
