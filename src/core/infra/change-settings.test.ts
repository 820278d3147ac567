import { describe, expect, test } from 'vitest';
import { changeSettings, unsetSettings } from './change-settings.ts';
import type { InfraSettings, SettingKey } from './setting.ts';
import { SETTINGS, settingOf } from './settings.ts';

const PRIVATE = 'is an address of a private network: only machines in it reach it';
const UNREACHABLE = 'is an address that no other machine can reach';
const NO_TIME = 'is no time: write it as in 90s or 10m';

describe('settings that stay', () => {
  const before: InfraSettings = { publicIpv4: '203.0.113.50', baseDomain: 'example.com', tcpPorts: '25' };

  test('what is not named stays', () => {
    const { settings } = changeSettings(before, { certEmail: 'ops@example.com' });
    expect(settings).toEqual({ ...before, certEmail: 'ops@example.com' });
  });

  test('what is undefined stays', () => {
    expect(changeSettings(before, { baseDomain: undefined }).settings).toEqual(before);
  });

  test('what is named is replaced, without the spaces around it', () => {
    expect(changeSettings(before, { baseDomain: ' example.org\n' }).settings).toEqual({
      ...before,
      baseDomain: 'example.org',
    });
  });

  test('nothing is changed when one value is refused', () => {
    const kept = { ...before };
    expect(() => changeSettings(before, { baseDomain: 'example.org', certEmail: 'nobody' })).toThrow(
      expect.objectContaining({
        code: 'setting-invalid',
        message: "--cert-email 'nobody' is no e-mail address",
        fix: 'Nothing was changed: see rdc context set-infra --help.',
      }),
    );
    expect(before).toEqual(kept);
  });

  test('what has been accepted is accepted again, and is the same', () => {
    const given = Object.fromEntries(VALID.map(([key, text]) => [key, text]));
    const { settings } = changeSettings({}, given);
    expect(changeSettings({}, settings).settings).toEqual(settings);
  });
});

const VALID: [SettingKey, string, string?][] = [
  ['publicIpv4', '203.0.113.50'],
  ...['11.0.0.1', '172.15.0.1', '172.32.0.1', '192.169.0.1', '100.63.0.1', '100.128.0.1', '223.1.1.1'].map(
    (text): [SettingKey, string] => ['publicIpv4', text],
  ),
  ['publicIpv6', '2001:db8::50'],
  ['publicIpv6', '2001:DB8:0:0:0:0:0:50', '2001:db8::50'],
  ['baseDomain', 'example.com'],
  ['baseDomain', 'Apps.Example.COM.', 'apps.example.com'],
  ['baseDomain', 'xn--bcher-kva.example'],
  ['certEmail', 'ops+tls@example.com'],
  ['acmeServer', 'https://acme-staging-v02.api.letsencrypt.org/directory'],
  ['tcpPorts', '143,25', '25,143'],
  ['udpPorts', '10000-10010'],
  ['withoutPorts', '3306, 53', '53,3306'],
  ['dynamicTcpPorts', ''],
  ['dynamicTcpPorts', '20000-20010'],
  ['dynamicUdpPorts', '22,80,20000-20010'],
  ['autoRoutes', 'off'],
  ['trustLabels', 'on'],
  ['accessLog', 'on'],
  ['readTimeout', '90s'],
  ['readTimeout', '1h30m'],
  ['readTimeout', '500ms'],
  ['trustedIps', '173.245.48.0/20, 2400:cb00::/32,203.0.113.9', '173.245.48.0/20,2400:cb00::/32,203.0.113.9'],
  ['traefikOptions', 'log.level=DEBUG,metrics.prometheus=true'],
  ['traefikOptions', 'certificatesResolvers.other.acme.email=a@example.com,pingback.on=true'],
];

test.each(VALID)('%s may be %j', (key, text, kept = text) => {
  const { settings, warnings } = changeSettings({}, { [key]: text });
  expect(settings).toEqual({ [key]: kept });
  expect(warnings).toEqual([]);
});

test.each<[SettingKey, string, string]>([
  ['publicIpv4', '2001:db8::50', 'is an IPv6 address: use --public-ipv6'],
  ['publicIpv4', '', 'is no IPv4 address'],
  ['publicIpv4', '203.0.113', 'is no IPv4 address'],
  ['publicIpv4', '203.0.113.256', 'is no IPv4 address'],
  ['publicIpv4', '203.0.113.050', 'is no IPv4 address'],
  ['publicIpv4', '203.0.113.50/24', 'is no IPv4 address'],
  ['publicIpv4', 'example.com', 'is no IPv4 address'],
  ...['0.0.0.0', '127.0.0.1', '169.254.169.254', '224.0.0.1', '239.1.2.3', '255.255.255.255'].map(
    (text): [SettingKey, string, string] => ['publicIpv4', text, UNREACHABLE],
  ),
  ['publicIpv6', '203.0.113.50', 'is an IPv4 address: use --public-ipv4'],
  ['publicIpv6', '', 'is no IPv6 address'],
  ['publicIpv6', '[2001:db8::50]', 'is no IPv6 address'],
  ['publicIpv6', '2001:db8::50/64', 'is no IPv6 address'],
  ['publicIpv6', 'fe80::1%eth0', 'is no IPv6 address'],
  ...['::', '::1', '::ffff:203.0.113.50', 'fe80::1', 'FEBF::1', 'ff02::1'].map(
    (text): [SettingKey, string, string] => ['publicIpv6', text, UNREACHABLE],
  ),
  ['baseDomain', 'https://example.com', 'is a URL: write the name alone, as in example.com'],
  ['baseDomain', 'HTTPS://example.com/', 'is a URL: write the name alone, as in example.com'],
  ['baseDomain', '*.example.com', 'has a wildcard: write example.com'],
  ['baseDomain', 'localhost', 'has one part: write a name as example.com'],
  ['baseDomain', 'localhost.', 'has one part: write a name as example.com'],
  ['baseDomain', '', 'has one part: write a name as example.com'],
  ...[
    '203.0.113.50',
    'example..com',
    '-a.example.com',
    'a_b.example.com',
    'example.com/x',
    'bücher.example',
  ].map((text): [SettingKey, string, string] => ['baseDomain', text, 'is no domain name']),
  ['baseDomain', `${'a'.repeat(64)}.com`, 'is no domain name'],
  ['baseDomain', `${'a.'.repeat(100)}com`, 'is no domain name'],
  ['certEmail', 'ops', 'is no e-mail address'],
  ['certEmail', 'ops@example.com, b@example.com', 'is no e-mail address'],
  ['acmeServer', 'http://acme.example', 'is no https:// address'],
  ['acmeServer', 'acme.example/directory', 'is no https:// address'],
  ['autoRoutes', 'yes', 'is neither on nor off'],
  ['trustLabels', 'ON', 'is neither on nor off'],
  ['accessLog', '', 'is neither on nor off'],
  ['readTimeout', '10', NO_TIME],
  ['readTimeout', '-10m', NO_TIME],
  ['readTimeout', '1d', NO_TIME],
  ['readTimeout', '', NO_TIME],
  ['withoutPorts', '+53', 'is no list of ports as 25,10000-10010'],
])('%s cannot be %j: it %s', (key, text, reason) => {
  const option = SETTINGS.find((one) => one.key === key)?.option;
  expect(() => changeSettings({}, { [key]: text })).toThrow(
    expect.objectContaining({ code: 'setting-invalid', message: `${option} '${text}' ${reason}` }),
  );
});

test.each<[SettingKey, string, string]>([
  ['trustedIps', '10.0.0.0/8,10.0.0.0/33', "'10.0.0.0/33' is neither an address nor a network"],
  ['trustedIps', 'cloudflare', "'cloudflare' is neither an address nor a network"],
  ['trustedIps', '10.0.0.1,', "'' is neither an address nor a network"],
  ['traefikOptions', 'log.level', "'log.level' is not of the form log.level=DEBUG"],
  ['traefikOptions', '--log.level=DEBUG', "'--log.level' is not of the form log.level=DEBUG"],
  ['traefikOptions', 'log.level=DEBUG,', "'' is not of the form log.level=DEBUG"],
  ['traefikOptions', 'log..level=DEBUG', "'log..level' is not of the form log.level=DEBUG"],
  ['traefikOptions', 'log.__proto__.x=1', "'log.__proto__.x' is not of the form log.level=DEBUG"],
  ...[
    'api.insecure',
    'API.Dashboard',
    'ping',
    'entryPoints.web.address',
    'entrypoints.mine.address',
    'providers.http.endpoint',
    'providers.file.directory',
    'providers',
    'certificatesResolvers',
    'certificatesresolvers.LetsEncrypt.acme.email',
  ].map((path): [SettingKey, string, string] => [
    'traefikOptions',
    `log.level=DEBUG,${path}=x`,
    `'${path}' is written by push-infra itself`,
  ]),
  ['dynamicTcpPorts', '440-450', "'443' is for HTTPS, and open anyway"],
  ['dynamicTcpPorts', '2222', "'2222' is where this server has SSH"],
  ['tcpPorts', '2222', "'2222' is where this server has SSH"],
])('of %s %j the wrong part is named: %s', (key, text, reason) => {
  expect(() => changeSettings({}, { [key]: text }, 2222)).toThrow(reason);
});

test.each<[SettingKey, string]>([
  ['publicIpv4', '10.0.0.7'],
  ['publicIpv4', '172.16.0.1'],
  ['publicIpv4', '172.31.255.254'],
  ['publicIpv4', '192.168.1.2'],
  ['publicIpv4', '100.64.0.1'],
  ['publicIpv4', '100.127.255.254'],
  ['publicIpv6', 'fd00::2'],
  ['publicIpv6', 'fc00::2'],
])('%s %s is taken with a warning', (key, text) => {
  const { settings, warnings } = changeSettings({}, { [key]: text });
  expect(settings).toEqual({ [key]: text });
  expect(warnings).toEqual([expect.stringContaining(`${text} ${PRIVATE}`)]);
});

describe('lists of ports', () => {
  test('ports are added to those of their own protocol', () => {
    const before = { tcpPorts: '25', udpPorts: '123' };
    expect(changeSettings(before, { tcpPorts: '+143', udpPorts: '+5060,-123' }).settings).toEqual({
      tcpPorts: '25,143',
      udpPorts: '5060',
    });
  });

  test('what they were told already is a warning, and the rest is done', () => {
    const { settings, warnings } = changeSettings({ tcpPorts: '25' }, { tcpPorts: '+25,+143,+3306' });
    expect(settings.tcpPorts).toBe('25,143,3306');
    expect(warnings).toEqual(['--tcp-ports: 25 is there already; 3306 is preconfigured, and open anyway']);
  });
});

describe('the lines about changes', () => {
  test('there is one for each setting that is another, in the order of the help', () => {
    const before = { tcpPorts: '25', baseDomain: 'example.com', accessLog: 'on' };
    const given = { accessLog: 'on', tcpPorts: '+143', publicIpv4: '203.0.113.50' };
    expect(changeSettings(before, given).changes).toEqual([
      'public-ipv4: - -> 203.0.113.50',
      'tcp-ports: 25 -> 25,143',
    ]);
  });

  test('what a setting is when nothing is said is shown', () => {
    const given = { readTimeout: '1h', dynamicTcpPorts: '' };
    expect(changeSettings({}, given).changes).toEqual([
      'dynamic-tcp-ports: 10000-10010 -> -',
      'read-timeout: 10m -> 1h',
    ]);
  });

  test('to say what is so anyway is no change', () => {
    const { changes } = changeSettings({}, { autoRoutes: 'on', tcpPorts: '', readTimeout: '10m' });
    expect(changes).toEqual([]);
  });
});

describe('settings that are taken back', () => {
  const before: InfraSettings = { publicIpv6: '2001:db8::50', dynamicTcpPorts: '', accessLog: 'on' };

  test('they are as if nothing had been said of them', () => {
    expect(unsetSettings(before, ['public-ipv6', '--access-log'])).toEqual({
      settings: { dynamicTcpPorts: '' },
      changes: ['public-ipv6: 2001:db8::50 -> -', 'access-log: on -> off'],
      warnings: [],
    });
  });

  test('an empty one has its preset again', () => {
    const { settings, changes } = unsetSettings(before, ['dynamic-tcp-ports']);
    expect(settingOf(settings, 'dynamicTcpPorts')).toBe('10000-10010');
    expect(changes).toEqual(['dynamic-tcp-ports: - -> 10000-10010']);
  });

  test('one that was not set changes nothing', () => {
    expect(unsetSettings(before, ['cert-email'])).toEqual({ settings: before, changes: [], warnings: [] });
  });

  test.each(['public-ip', 'publicIpv6', ''])(
    "'%s' is refused, and those that there are are named",
    (name) => {
      expect(() => unsetSettings(before, ['access-log', name])).toThrow(
        expect.objectContaining({
          code: 'setting-unknown',
          message: `there is no setting '${name}'`,
          fix: expect.stringMatching(
            /^There is public-ipv4, .*, traefik-options, cf-dns-token, dns-variables\.$/,
          ),
        }),
      );
    },
  );
});
