import { expect, test } from 'vitest';
import { bareServer } from '../../../test/given-server.ts';
import type { Facts } from './facts.ts';
import { missingPackages } from './packages.ts';

const DEBIAN_12 = { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' };
const UBUNTU = { id: 'ubuntu', version: '24.04', name: 'Ubuntu 24.04.3 LTS' };
const FEDORA = { id: 'fedora', version: '44', name: 'Fedora Linux 44 (Server Edition)' };
const ARCH = { id: 'arch', version: '', name: 'Arch Linux' };
const COMMANDS = [
  'dockerd',
  'containerd',
  'docker',
  'openssl',
  'logrotate',
  'mkfs.ext4',
  'bpftool',
  'apt-get',
];
const ALL = [...COMMANDS, 'libatomic.so.1'];
/** What all of them need by the same name. */
const COMMON = ['openssl', 'logrotate', 'e2fsprogs'];

const complete = { commands: new Set(ALL), compose: '2.26.1' };
const without = (...names: string[]): Partial<Facts> => ({
  ...complete,
  commands: new Set(ALL.filter((name) => !names.includes(name))),
});

test.each([
  [
    'Debian 13',
    {},
    ['docker.io', 'containerd', 'docker-cli', 'docker-compose', ...COMMON, 'bpftool', 'libatomic1'],
  ],
  [
    'Debian 12',
    { system: DEBIAN_12 },
    ['docker.io', 'containerd', 'docker-compose/trixie', ...COMMON, 'bpftool', 'libatomic1'],
  ],
  [
    'Ubuntu 24.04',
    { system: UBUNTU },
    ['docker.io', 'containerd', 'docker-compose-v2', ...COMMON, 'bpftool', 'libatomic1'],
  ],
])('a bare %s gets everything', (_, facts, packages) => {
  expect(missingPackages(bareServer(facts))).toEqual(packages);
});

test.each([DEBIAN_12, UBUNTU, FEDORA, ARCH])('nothing is missing on a complete $name', (system) => {
  expect(missingPackages(bareServer({ ...complete, system }))).toEqual([]);
});

test('only what is missing is installed', () => {
  expect(missingPackages(bareServer(without('logrotate')))).toEqual(['logrotate']);
});

test.each([
  ['1.29.2', ['docker-compose']],
  ['2.24.3', ['docker-compose']],
  ['2.24.4', []],
  ['v2.35.0-desktop.1', []],
  ['5.0.0', []],
])('with Compose %s there is %j to install', (compose, packages) => {
  expect(missingPackages(bareServer({ ...complete, compose }))).toEqual(packages);
});

test.each([
  ['debian', '13', true],
  ['debian', '14', true],
  ['debian', '11', false],
  ['debian', '', false],
  ['ubuntu', '24.10', true],
  ['ubuntu', '26.04', true],
  ['ubuntu', '22.04', false],
  ['linuxmint', '24.04', false],
])('on %s %s packages are known: %s', (id, version, isKnown) => {
  const facts = bareServer({ ...without('openssl'), system: { id, version, name: 'It' } });
  if (isKnown) expect(missingPackages(facts)).toEqual(['openssl']);
  else expect(() => missingPackages(facts)).toThrow(/^the server \(It\) lacks openssl, and push-infra/);
});

test('what an unknown system lacks is named', () => {
  const facts = bareServer({ ...without('dockerd', 'libatomic.so.1'), compose: '1.29.2', system: FEDORA });
  expect(() => missingPackages(facts)).toThrow(
    expect.objectContaining({
      code: 'system-unknown',
      message: expect.stringContaining(
        'the server (Fedora Linux 44 (Server Edition)) lacks dockerd, docker compose 2.24.4, libatomic.so.1,',
      ),
    }),
  );
});

test('a Debian without apt-get is an unknown system', () => {
  expect(() => missingPackages(bareServer(without('openssl', 'apt-get')))).toThrow(/lacks openssl/);
});
