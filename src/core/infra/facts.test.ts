import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type Facts, readFacts } from './facts.ts';
import { FACTS_SCRIPT } from './facts-script.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

/** As a Debian 13 prints it that has been pushed to. */
const SECTIONS: Readonly<Record<string, string>> = {
  user: '0',
  machine: 'x86_64',
  system: 'debian\n13\nDebian GNU/Linux 13 (trixie)',
  systemd: 'systemd 257 (257.9-1~deb13u1)',
  commands: '/usr/sbin/dockerd\n/usr/bin/containerd\n/usr/bin/docker\n/usr/bin/apt-get\n/usr/bin/ss',
  compose: '2.26.1-4',
  libraries: 'libatomic.so.1',
  programs: 'renet-0123456789abcdef\ntraefik-fedcba9876543210',
  renet: '0.1.0',
  addresses: [
    '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever',
    '1: lo    inet6 ::1/128 scope host noprefixroute \\       valid_lft forever preferred_lft forever',
    '2: ens3    inet 203.0.113.50/32 metric 100 scope global dynamic ens3\\       valid_lft 2745sec preferred_lft 2745sec',
    '2: ens3    inet6 2001:db8::50/64 scope global \\       valid_lft forever preferred_lft forever',
    '2: ens3    inet6 fe80::f816:3eff:fe0a:1/64 scope link \\       valid_lft forever preferred_lft forever',
    '3: wg0    inet 10.8.0.1 peer 10.8.0.2/32 scope global wg0\\       valid_lft forever preferred_lft forever',
  ].join('\n'),
  routes:
    '1.1.1.1 via 172.31.1.1 dev ens3 src 203.0.113.50 uid 0 \\    cache \n' +
    '2606:4700:4700::1111 from :: via fe80::1 dev ens3 src 2001:db8::50 metric 1024 pref medium',
  sockets: [
    'udp UNCONN 0      0                  127.0.0.53%lo:53         0.0.0.0:*    users:(("systemd-resolve",pid=411,fd=13))',
    'udp UNCONN 0      0      [fe80::f816:3eff:fe0a:1]%ens3:546         [::]:*    users:(("systemd-network",pid=398,fd=24))',
    'tcp LISTEN 0      4096               203.0.113.50:443         0.0.0.0:*    users:(("traefik-fedcba9",pid=812,fd=8),("systemd",pid=1,fd=51))',
    'tcp LISTEN 0      511                           *:80                *:*    users:(("nginx: worker",pid=77,fd=6),("nginx",pid=70,fd=6))',
    'tcp LISTEN 0      128                        [::]:22             [::]:*    users:(("sshd",pid=612,fd=7))',
    'tcp LISTEN 0      4096             [2001:db8::50]:443            [::]:*                                             ',
  ].join('\n'),
  files: `${A}  /etc/rediacc/infra.json\n${B}  /etc/systemd/system/rediacc-docker@.service`,
  links: '/usr/local/lib/rediacc/renet-0123456789abcdef',
  units:
    'Id=rediacc-proxy.service\nActiveState=active\nUnitFileState=enabled\n\n' +
    'Id=rediacc-proxy-web.socket\nActiveState=active\nUnitFileState=static\n\n' +
    'Id=rediacc-2816.slice\nActiveState=active\nUnitFileState=',
  infra: '{\n  "settings": {}\n}',
  kernel:
    '6.12.43+deb13-amd64\n/sys/kernel/btf/vmlinux\n/sys/fs/cgroup/cgroup.controllers\nnameserver 127.0.0.53',
  firewall: 'Status: inactive',
};

function transcript(changes: Readonly<Record<string, string>> = {}): string {
  return Object.entries({ ...SECTIONS, ...changes })
    .map(([name, text]) => `\n== ${name}\n${text === '' ? '' : `${text}\n`}`)
    .join('');
}

test('what a server has printed is read', () => {
  expect(readFacts(transcript())).toEqual({
    isRoot: true,
    machine: 'x86_64',
    system: { id: 'debian', version: '13', name: 'Debian GNU/Linux 13 (trixie)' },
    systemd: 257,
    commands: new Set(['dockerd', 'containerd', 'docker', 'apt-get', 'ss', 'libatomic.so.1']),
    compose: '2.26.1-4',
    programs: ['renet-0123456789abcdef', 'traefik-fedcba9876543210'],
    renetVersion: '0.1.0',
    addresses: ['127.0.0.1', '::1', '203.0.113.50', '2001:db8::50', 'fe80::f816:3eff:fe0a:1', '10.8.0.1'],
    outgoing: { ipv4: '203.0.113.50', ipv6: '2001:db8::50' },
    bound: [
      { protocol: 'udp', address: '127.0.0.53', port: 53, holder: 'systemd-resolve (process 411)' },
      {
        protocol: 'udp',
        address: 'fe80::f816:3eff:fe0a:1',
        port: 546,
        holder: 'systemd-network (process 398)',
      },
      { protocol: 'tcp', address: '203.0.113.50', port: 443, holder: 'traefik-fedcba9 (process 812)' },
      { protocol: 'tcp', address: '*', port: 80, holder: 'nginx: worker (process 77)' },
      { protocol: 'tcp', address: '::', port: 22, holder: 'sshd (process 612)' },
      { protocol: 'tcp', address: '2001:db8::50', port: 443, holder: 'a process that could not be found' },
    ],
    files: new Map([
      ['/etc/rediacc/infra.json', A],
      ['/etc/systemd/system/rediacc-docker@.service', B],
    ]),
    renetLink: '/usr/local/lib/rediacc/renet-0123456789abcdef',
    units: new Map([
      ['rediacc-proxy.service', { active: 'active', enabled: 'enabled' }],
      ['rediacc-proxy-web.socket', { active: 'active', enabled: 'static' }],
      ['rediacc-2816.slice', { active: 'active', enabled: '' }],
    ]),
    infra: '{\n  "settings": {}\n}',
    kernel: { release: '6.12.43+deb13-amd64', hasBtf: true, hasCgroups2: true, nameservers: ['127.0.0.53'] },
    firewalls: [],
  } satisfies Facts);
});

test('of a server that has nothing there is nothing', () => {
  const empty = Object.fromEntries(Object.keys(SECTIONS).map((name) => [name, '']));
  expect(readFacts(transcript(empty))).toEqual({
    isRoot: false,
    machine: '',
    system: { id: '', version: '', name: '' },
    systemd: undefined,
    commands: new Set(),
    compose: undefined,
    programs: [],
    renetVersion: undefined,
    addresses: [],
    outgoing: {},
    bound: [],
    files: new Map(),
    renetLink: undefined,
    units: new Map(),
    infra: undefined,
    kernel: { release: '', hasBtf: false, hasCgroups2: false, nameservers: [] },
    firewalls: [],
  } satisfies Facts);
});

test('a rolling release has a name, and no version', () => {
  const { system } = readFacts(transcript({ system: 'arch\n\nArch Linux' }));
  expect(system).toEqual({ id: 'arch', version: '', name: 'Arch Linux' });
});

test('a machine may have one family alone', () => {
  const routes = '2606:4700:4700::1111 from :: via fe80::1 dev ens3 src 2001:db8::50 metric 1024 pref medium';
  expect(readFacts(transcript({ routes })).outgoing).toEqual({ ipv6: '2001:db8::50' });
});

test('another user is not root', () => {
  expect(readFacts(transcript({ user: '1000' })).isRoot).toBe(false);
});

test.each([
  ['Status: active', ['ufw']],
  ['running', ['firewalld']],
  ['not running', []],
  ['\t\ttype filter hook input priority filter; policy drop;', ['nftables']],
  ['-P INPUT DROP', ['iptables']],
  ['Status: active\nrunning\n-P INPUT DROP', ['ufw', 'firewalld', 'iptables']],
])('of %j the firewalls are %j', (firewall, firewalls) => {
  expect(readFacts(transcript({ firewall })).firewalls).toEqual(firewalls);
});

describe('what is cut off', () => {
  test.each(Object.keys(SECTIONS))('before the end of the heading of %s is refused', (name) => {
    const whole = transcript();
    const end = whole.indexOf(`\n== ${name}\n`) + `\n== ${name}`.length;
    expect(() => readFacts(whole.slice(0, end))).toThrow(
      expect.objectContaining({
        code: 'server-silent',
        message: 'the server did not say what there is on it',
      }),
    );
  });

  test('what the server said instead is repeated', () => {
    const said = 'This account is currently not available.\n';
    expect(() => readFacts(said)).toThrow(expect.objectContaining({ fix: said.trim() }));
    expect(() => readFacts('')).toThrow(expect.objectContaining({ fix: 'It said nothing.' }));
  });
});

test('what a login shell says before is no section', () => {
  expect(readFacts(`Welcome!\n${transcript()}`)).toEqual(readFacts(transcript()));
});

test('the script itself prints what is read here', () => {
  const printed = execFileSync('sh', ['-s'], { input: FACTS_SCRIPT, encoding: 'utf8' });
  const headings = [...printed.matchAll(/^== (.*)$/gm)].map(([, name]) => name);
  expect(headings).toEqual(Object.keys(SECTIONS));
  expect(readFacts(printed)).toMatchObject({
    isRoot: process.getuid?.() === 0,
    machine: execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim(),
  });
});
