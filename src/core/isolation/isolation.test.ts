import { describe, expect, test } from 'vitest';
import {
  cgroupFlags,
  daemonsCgroup,
  inCgroup,
  localFence,
  repositoryCgroup,
  SERVER_FENCE,
  wrapperEnvironment,
} from './fence.ts';
import { loopbackPorts, parseLoopbackPorts } from './loopback-ports.ts';
import { cgroupKey, daemonValue, exceptionKey, keyText, readKeys, repositoryValue } from './maps.ts';
import { readReport } from './report.ts';

describe('cgroups', () => {
  const local = localFence('7f3a9c01', '/sys/fs/cgroup/unified');

  test('of a server are slices of systemd', () => {
    expect(repositoryCgroup(SERVER_FENCE, 2816)).toBe('/rediacc.slice/rediacc-2816.slice');
    expect(cgroupFlags(SERVER_FENCE, 2816)).toEqual([
      '--exec-opt=native.cgroupdriver=systemd',
      '--cgroup-parent=rediacc-2816.slice',
    ]);
  });

  test('of a renet local are its own', () => {
    expect(repositoryCgroup(local, 2816)).toBe('/rediacc-7f3a9c01/2816');
    expect(daemonsCgroup(local, 2816)).toBe('/rediacc-7f3a9c01/2816/daemons');
    expect(cgroupFlags(local, 2816)).toEqual([
      '--exec-opt=native.cgroupdriver=cgroupfs',
      '--cgroup-parent=/rediacc-7f3a9c01/2816',
    ]);
    expect(inCgroup(local, '/rediacc-7f3a9c01/probe', ['true'])).toEqual([
      'sh',
      '-c',
      'echo $$ >"$0" && exec "$@"',
      '/sys/fs/cgroup/unified/rediacc-7f3a9c01/probe/cgroup.procs',
      'true',
    ]);
  });

  test('are known to the wrapper', () => {
    const dirs = { runDir: '/run/rediacc', stateDir: '/var/lib/rediacc' };
    expect(wrapperEnvironment(SERVER_FENCE, '%i', dirs)).toEqual({
      REDIACC_NETWORK_ID: '%i',
      REDIACC_RECORD: '/run/rediacc/repositories/%i.json',
      REDIACC_STATE: '/var/lib/rediacc/repositories/%i',
      REDIACC_PINS: '/sys/fs/bpf/rediacc',
      REDIACC_CGROUPS: '/sys/fs/cgroup',
      REDIACC_CGROUP: '/rediacc.slice/rediacc-%i.slice',
      REDIACC_CGROUPS_PATH: 'rediacc-%i.slice:',
    });
    expect(wrapperEnvironment(local, 2880, dirs)).toMatchObject({
      REDIACC_CGROUP: '/rediacc-7f3a9c01/2880',
      REDIACC_CGROUPS_PATH: '/rediacc-7f3a9c01/2880/',
    });
  });
});

describe('entries of maps', () => {
  test('are bytes, lowest first', () => {
    expect(keyText(cgroupKey(0x0102030405060708n))).toBe('8 7 6 5 4 3 2 1');
    expect(keyText(cgroupKey(52731n))).toBe('251 205 0 0 0 0 0 0');
  });

  test('of a repository: its subnet, the first address, and that it is one', () => {
    expect(keyText(repositoryValue(2816))).toBe('0 11 0 127 1 11 0 127 1 0 0 0 0 0 0 0');
  });

  test('of its daemons: no address', () => {
    expect(keyText(daemonValue(2880))).toBe('64 11 0 127 0 0 0 0 2 0 0 0 0 0 0 0');
  });

  test('of a port of the machine', () => {
    expect(keyText(exceptionKey({ address: '127.0.0.53', port: 9100 }))).toBe('53 0 0 127 140 35 0 0');
  });

  test('are read as bpftool prints them', () => {
    const json = '[{"key":["0x35","0x00","0x00","0x7f"],"value":["0x01"],"formatted":{"key":1}}]';
    expect(readKeys(json)).toEqual(['53 0 0 127']);
  });
});

test.each([
  ['', []],
  ['127.0.0.53:53', [{ address: '127.0.0.53', port: 53 }]],
  [
    ' 127.0.0.1:53, 127.0.10.255:65535,',
    [
      { address: '127.0.0.1', port: 53 },
      { address: '127.0.10.255', port: 65535 },
    ],
  ],
])("'%s' are ports", (text, ports) => {
  expect(loopbackPorts(text)).toEqual(ports);
});

test.each([
  ['53', 'is not of the form'],
  ['localhost:53', 'is not of the form'],
  ['127.0.0.256:53', 'is not of the form'],
  ['10.0.0.1:53', 'is not of the form'],
  ['[::1]:53', 'is of IPv6'],
  ['127.0.0.1:0', 'has no port'],
  ['127.0.0.1:65536', 'has no port'],
  ['127.0.11.2:80', 'is an address of repositories'],
])('%s is none: it %s', (part, reason) => {
  expect(parseLoopbackPorts(`127.0.0.1:53,${part}`)).toEqual({
    part,
    reason: expect.stringContaining(reason),
  });
});

describe('the report of a probe', () => {
  const value = { connections: 3, listeners: 1, sockets: 0, packets: 2 };
  const entry = (key: number, more: object): object => ({
    key: [],
    value: [],
    formatted: { key, value: { ...value, at: 0, ip: 0, port: 0, ...more } },
  });

  test('has what was refused, by repository, and not the probe itself', () => {
    const entries = [
      entry(0x7f000b40, { at: 5_000_000_000, ip: 0x7f000b02, port: 5432 }),
      entry(0, { at: 1, ip: 0x7f000001, port: 1 }),
      entry(0x7f000b00, {}),
    ];
    expect(readReport(`closed\n${JSON.stringify(entries)}\n`)).toEqual({
      state: 'on',
      refusals: [
        { networkId: 2816, ...value },
        { networkId: 2880, ...value, lastTarget: '127.0.11.2:5432', lastAt: 5000 },
      ],
    });
  });

  test('says when somebody came through', () => {
    expect(readReport('open\n[]\n').state).toBe('open');
  });

  test.each(['', 'open', 'maybe\n[]', 'closed\n'])("'%s' is none", (text) => {
    expect(() => readReport(text)).toThrow();
  });
});
