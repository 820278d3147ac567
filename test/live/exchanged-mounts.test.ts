import { once } from 'node:events';
import { readFileSync, renameSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Finished, run } from '../../src/edges/process.ts';
import { createLab, type Lab } from './lab.ts';

/** What somebody in a container does to a folder from which others are mounted: Docker follows paths anew at each start. */
let lab: Lab;
let folder: string;

const SERVICE = 'image: busybox\n    init: true\n    command: sleep 1d';
const compose = (data: string): string => `services:
  writer:
    ${SERVICE}
    volumes: [./data:/data]
  reader:
    ${SERVICE}
    volumes: [./data/sub:/sub]
  named:
    ${SERVICE}
    volumes: [inner:/sub]
  file:
    ${SERVICE}
    volumes: [./data/sub/mine:/sub/mine:ro]
  memory:
    ${SERVICE}
    volumes: [memory:/memory]
volumes:
  memory:
    driver_opts: { type: tmpfs, device: tmpfs }
  inner:
    driver_opts: { type: none, o: bind, device: ${data}/sub }
`;
const STARTED = ['reader', 'named', 'file'];

beforeAll(async () => {
  lab = createLab();
  folder = join(lab.folder, 'app');
  lab.write('app', {
    'docker-compose.yml': compose(join(folder, 'data')),
    'data/sub/mine': 'mine\n',
    'R & D/page': 'spaces\n',
  });
  await lab.local('app');
  await lab.load(2816, 'hello');
  await lab.compose('app', 'up', '-d');
});
afterAll(() => lab[Symbol.asyncDispose]());

const docker = (...args: string[]): Promise<Finished> =>
  run(['docker', '-H', `unix://${lab.runDir}/docker-2816.sock`, ...args]);
const restart = (service: string): Promise<Finished> => docker('restart', '-t', '0', `app-${service}-1`);
const inWriter = (script: string): Promise<string> =>
  lab.compose('app', 'exec', '-T', 'writer', 'sh', '-c', `cd /data && ${script}`);
const mine = (service: string): Promise<string> =>
  lab.compose('app', 'exec', '-T', service, 'cat', '/sub/mine');

test.each(STARTED)('%s has what it mounts', async (service) => {
  expect(await mine(service)).toBe('mine\n');
});

test('a volume in memory is one', async () => {
  const { stdout } = await docker('exec', 'app-memory-1', 'sh', '-c', 'mount | grep /memory');
  expect(stdout).toContain('tmpfs on /memory type tmpfs');
});

test('a link in the place of a folder leads nobody out', async () => {
  await inWriter('mv sub kept && ln -s / sub');
  for (const service of ['reader', 'named']) {
    const { code, stderr } = await restart(service);
    expect(stderr).toContain(', which leads to /, is not allowed to app');
    expect(stderr).toContain('renet repo allow app path:/');
    expect(code).not.toBe(0);
  }
  await inWriter('rm sub && ln -s /etc sub && ln -s passwd kept/link');
  expect((await restart('reader')).stderr).toContain('which leads to /etc, is not allowed');
  await inWriter('rm sub && mkdir sub && ln -s /etc/passwd sub/mine');
  expect((await restart('file')).stderr).toContain('which leads to /etc/passwd, is not allowed');
  const running = (await docker('ps', '--format', '{{.Names}}')).stdout.trim().split('\n');
  expect(running.sort()).toEqual(['app-memory-1', 'app-writer-1']);
});

test('what is brought back, or leads elsewhere in the repository, is mounted', async () => {
  await inWriter('rm -r sub && mv kept sub');
  for (const service of STARTED) expect((await restart(service)).stderr).toBe('');
  for (const service of STARTED) expect(await mine(service)).toBe('mine\n');
  await inWriter(`mv sub kept && ln -s ${folder}/data/kept sub`);
  for (const service of STARTED) expect((await restart(service)).stderr).toBe('');
  for (const service of STARTED) expect(await mine(service)).toBe('mine\n');
  await inWriter('rm sub && mv kept sub');
});

test('nobody is faster than the look at it', async () => {
  const sub = join(folder, 'data/sub');
  renameSync(sub, join(folder, 'data/kept'));
  // In one step: for a path that is not there at a start, `docker run --rm` of Docker 20.10 waits for ever.
  const exchange = (target: string): void => {
    symlinkSync(target, `${sub}-next`);
    renameSync(`${sub}-next`, sub);
  };
  exchange('kept');
  let isOver = false;
  const exchanging = (async () => {
    for (let i = 0; !isOver; i++) {
      exchange(i % 2 === 0 ? '/' : 'kept');
      await sleep(1);
    }
  })();
  const seen = new Set<string>();
  for (let i = 0; i < 30; i++) {
    const { code, stdout, stderr } = await docker(
      ...['run', '--rm', '--mount', `type=bind,source=${sub},target=/sub`, 'busybox', 'ls', '/sub'],
    );
    seen.add(code === 0 ? stdout : stderr.replace(/^.*(leads to \/, is not allowed).*$/s, '$1'));
  }
  isOver = true;
  await exchanging;
  expect([...seen].sort()).toEqual(['leads to /, is not allowed', 'link\nmine\n']);
});

test('other names, and what is neither file nor folder, are mounted as they are', async () => {
  await inWriter('mkfifo fifo');
  const listener = createServer().listen(join(folder, 'data/socket'));
  await once(listener, 'listening');
  const mounts = ['R & D:/rd:ro', 'data/fifo:/fifo', 'data/socket:/socket'];
  const options = mounts.flatMap((one) => ['-v', `${folder}/${one}`]);
  const script = 'cat /rd/page; ls -ld /fifo /socket | cut -c1; touch /rd/x';
  const { stdout, stderr } = await docker('run', '--rm', ...options, 'busybox', 'sh', '-c', script);
  listener.close();
  expect(stderr).toContain('touch: /rd/x: Read-only file system');
  expect(stdout).toBe('spaces\np\ns\n');
});

test('a path of the machine is not mounted, whoever asks for it', async () => {
  const { code, stderr } = await docker('run', '--rm', '-v', '/etc:/host', 'busybox', 'ls', '/host');
  expect(stderr).toContain(
    'mounting /etc is not allowed to app; to allow it: renet repo allow app path:/etc',
  );
  expect(code).not.toBe(0);
});

test('no mount is left on the machine', () => {
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain('rediacc-sources');
});
