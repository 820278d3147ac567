import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finished } from '../../src/edges/process.ts';
import { createLab, type Lab } from './lab.ts';

let lab: Lab;

const SOUND = `services:
  web:
    image: busybox
    command: httpd -f
    volumes:
      - ./page:/page
`;
const OPEN = `x-common: &common
  cap_add: [NET_ADMIN]
services:
  web:
    image: busybox
    privileged: true
    pid: host
    volumes:
      - ./page:/page
      - /var/run/docker.sock:/var/run/docker.sock
      - data:/data
      - ./everything:/everything
  other:
    <<: *common
    image: busybox
volumes:
  data:
    driver_opts: { type: none, o: bind, device: /etc }
`;

const BASE = `services:
  base:
    image: busybox
    ipc: host
`;

beforeAll(async () => {
  lab = createLab();
  lab.write('sound', { 'docker-compose.yml': SOUND });
  symlinkSync('/', join(lab.write('open', { 'docker-compose.yml': OPEN }), 'everything'));
  lab.write('trusted', { 'docker-compose.yml': SOUND.replace('./page', '/usr/share') });
  const many = lab.write('many', { 'docker-compose.yml': SOUND, 'more/base.yml': BASE });
  symlinkSync('/', join(many, 'a$b'));
  symlinkSync('/srv/not-there-yet', join(many, 'later'));
  await lab.local('--allow', 'path:/usr/share', '.');
  await lab.load(idOf('trusted'), 'hello');
});
afterAll(() => lab[Symbol.asyncDispose]());

/** Of a repository that is up. */
function idOf(name: string): number {
  const folder = join(lab.runDir, 'repositories');
  const records = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  return records.find((one) => one.name === name).networkId;
}

const up = (name: string): Promise<Finished> =>
  lab.renet(['compose', '--', 'create'], { cwd: join(lab.folder, name) });

test('what leads out is refused, all at once, each with its line and the word that allows it', async () => {
  const { code, stderr } = await up('open');
  expect(code).toBe(2);
  const lines = stderr.split('\n').filter((line) => line.includes('docker-compose.yml:'));
  expect(lines.map((line) => line.trim())).toEqual([
    "docker-compose.yml:2: service 'other', cap_add: NET_ADMIN [cap:NET_ADMIN]",
    "docker-compose.yml:6: service 'web', privileged: true [privileged]",
    "docker-compose.yml:7: service 'web', pid: host [pid]",
    "docker-compose.yml:10: service 'web', volumes: /var/run/docker.sock [path:/run/docker.sock]",
    `docker-compose.yml:12: service 'web', volumes: ${join(lab.folder, 'open/everything')} [path:/]`,
    "docker-compose.yml:18: volume 'data', driver_opts: /etc [path:/etc].",
  ]);
  expect(stderr).toContain(
    'rdc repo allow open cap:NET_ADMIN privileged pid path:/run/docker.sock path:/ path:/etc',
  );
  expect(stderr).toContain('[breaks-out]');
});

test('nothing was made', async () => {
  expect(await lab.compose('open', 'ps', '--all', '--quiet')).toBe('');
});

test('what stays inside is not refused', async () => {
  const { code, stderr } = await up('sound');
  // Its image is not there: Compose itself says so, which is after us.
  expect(stderr).not.toContain('[breaks-out]');
  expect(code).not.toBe(2);
});

const inService = (more: string): string => `services:\n  web:\n    image: busybox\n    ${more}\n`;
const inVolume = (options: string): string =>
  `${inService('volumes: ["data:/data"]')}volumes:\n  data:\n    driver_opts: ${options}\n`;

test.each([
  ['volumes: ["./a$$b:/x"]', "docker-compose.yml:4: service 'web', volumes: FOLDER/a$b [path:/]"],
  [
    'volumes: ["./later:/x"]',
    "docker-compose.yml:4: service 'web', volumes: FOLDER/later [path:/srv/not-there-yet]",
  ],
  [
    'volumes: ["./docker-compose.yml/x:/x", "/srv:/y"]',
    "docker-compose.yml:4: service 'web', volumes: /srv [path:/srv]",
  ],
  [
    'logging: { driver: fluentd, options: { fluentd-address: "unix:///run/x.sock" } }',
    "docker-compose.yml:4: service 'web', logging: /run/x.sock [path:/run/x.sock]",
  ],
  ['extends: { file: more/base.yml, service: base }', "more/base.yml:4: service 'web', ipc: host [ipc]"],
])('%s is refused', async (more, line) => {
  lab.write('many', { 'docker-compose.yml': inService(more) });
  const { code, stderr } = await up('many');
  expect(stderr).toContain(`  ${line.replace('FOLDER', join(lab.folder, 'many'))}`);
  expect(code).toBe(2);
});

test.each([
  ['{ type: proc, device: proc }', 'type: proc [volume-driver]'],
  ['{ type: overlay, device: overlay, o: "lowerdir=/etc:/root" }', 'type: overlay [volume-driver]'],
  ['{ type: none, device: ../../etc, o: bind }', '../../etc'],
])('a volume of %s is refused', async (options, what) => {
  lab.write('many', { 'docker-compose.yml': inVolume(options) });
  const { code, stderr } = await up('many');
  expect(stderr).toContain("  docker-compose.yml:7: volume 'data', driver_opts: ");
  expect(stderr).toContain(what);
  expect(code).toBe(2);
});

test('a service of a profile that is off is refused when it is named, also where another has no env_file', async () => {
  const off = '  off: { image: busybox, pid: host, profiles: [off] }\n';
  const broken = '  broken: { image: busybox, profiles: [broken], env_file: not-there.env }\n';
  lab.write('many', { 'docker-compose.yml': `${SOUND}${off}${broken}` });
  const cwd = join(lab.folder, 'many');
  const named = await lab.renet(['compose', '--', 'up', '-d', 'off'], { cwd });
  expect(named.stderr).toContain("docker-compose.yml:7: service 'off', pid: host [pid]");
  expect(named.code).toBe(2);
  expect((await up('many')).stderr).not.toContain('[breaks-out]');
});

test('a build is refused, too', async () => {
  lab.write('many', { 'docker-compose.yml': 'services:\n  web:\n    build: /etc\n' });
  const { code, stderr } = await lab.renet(['compose', '--', 'build'], { cwd: join(lab.folder, 'many') });
  expect(stderr).toContain("docker-compose.yml:3: service 'web', build: /etc [path:/etc]");
  expect(code).toBe(2);
});

test('what the operator has allowed is there', async () => {
  await lab.compose('trusted', 'up', '-d');
  expect(await lab.compose('trusted', 'exec', '-T', 'web', 'ls', '/page')).toContain('doc');
});

test('questions are answered all the same', async () => {
  expect(await lab.compose('open', 'config', '--services')).toContain('web');
});
