import { once } from 'node:events';
import { truncateSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../live/lab.ts';
import { createDeployment, type Deployment } from './deployment.ts';

const PAGE = 'https://web-2816.server-1.test/';
const COMPOSE = `services:
  web:
    image: busybox
    init: true
    command: httpd -f -p \${WEB_IP}:80 -h /www
    volumes: [./www:/www:ro]
    labels: [rediacc.service_port=80]
`;

let at: Deployment;

beforeAll(async () => {
  at = await createDeployment(3);
  await at.repo('create', 'app', '--size', '500M');
  const files = { 'compose.yml': COMPOSE, 'www/index.html': 'app\n' };
  await at.repo('push', at.write('app', files), 'app');
  await at.server.load(2816, 'hello');
  await at.repo('up', 'app');
});
afterAll(() => at[Symbol.asyncDispose]());

/** Runs renet on the server, and kills it after a while, in milliseconds, or once something is the case. */
async function cut(command: string, after: number | (() => Promise<boolean>)): Promise<void> {
  const child = at.server.start(`exec renet repo ${command}`);
  const ended = once(child, 'exit');
  if (typeof after === 'number') await sleep(after);
  else await until(`renet repo ${command} is where it is to be killed`, after, ended);
  await at.server.try(`pkill -KILL -f '^renet repo ${command.split(' ')[0]}'`);
  await ended;
}

type Listed = { readonly name: string; readonly state: string };

async function stateOf(name: string): Promise<string | undefined> {
  const { stdout } = await at.tryRepo('list', '--json');
  return (JSON.parse(stdout) as Listed[]).find((one) => one.name === name)?.state;
}

async function pageIs(body: string | undefined): Promise<void> {
  const answer = await at.page(PAGE);
  if (body === undefined) expect(answer.status).toBe(404);
  else expect(answer.body).toBe(body);
}

/** Moments of a command, in milliseconds: from its start until it has come to its end, however slow the machine is. */
function* moments(first: number, isOver: () => boolean): Generator<number> {
  for (let moment = first; moment < 15_000; moment *= 1.5) {
    yield moment;
    if (isOver()) return;
  }
}

test('create, killed at any moment: it is told, and create completes it', async () => {
  const states = new Set<string | undefined>();
  for (const moment of moments(10, () => states.has('down'))) {
    await cut('create cut --size 300M', moment);
    const state = await stateOf('cut');
    states.add(state);
    expect([undefined, 'half made', 'down']).toContain(state);
    if (state === 'half made') {
      const status = await at.tryRepo('status', 'cut');
      expect(status).toMatchObject({ code: 1 });
      expect(status.stdout).toContain('its creation was cut off; complete it: repo create cut');
      expect((await at.tryRepo('up', 'cut')).stderr).toContain('[repository-unfinished]');
    }
    if (state !== 'down') await at.repo('create', 'cut', '--size', '300M');
    expect(await at.repo('list')).toMatch(/^cut +2880 .* down +ext4, \d+K of 300M$/m);
    await at.repo('delete', 'cut', '--yes');
  }
  expect(states.size).toBeGreaterThan(1);
  expect(await at.server.sh('losetup --list --noheadings | grep -c 2880.img || true')).toBe('0');
});

test('up, killed at any moment: it is told, and up completes it', async () => {
  const states = new Set<string | undefined>();
  for (const moment of moments(80, () => states.has('up'))) {
    await at.repo('down', 'app', '--unmount');
    await cut('up app --mount', moment);
    const state = await stateOf('app');
    states.add(state);
    expect(['not mounted', 'down', 'half up', 'up']).toContain(state);
    if (state === 'up') await at.answers(PAGE, 200);
    else if (state !== 'half up') await pageIs(undefined);
    expect((await at.tryRepo('status', 'app')).code).toBe(state === 'half up' ? 1 : 0);
    await at.repo('up', 'app', '--mount');
    await pageIs('app\n');
    expect(await stateOf('app')).toBe('up');
  }
  expect(states).toContain('half up');
});

test('down, killed at any moment: it is told, and down completes it', async () => {
  const states = new Set<string | undefined>();
  for (const moment of moments(80, () => states.has('not mounted'))) {
    await cut('down app --unmount', moment);
    const state = await stateOf('app');
    states.add(state);
    expect(['up', 'half down', 'down', 'not mounted']).toContain(state);
    await at.repo('down', 'app', '--unmount');
    expect(await stateOf('app')).toBe('not mounted');
    await pageIs(undefined);
    await at.repo('up', 'app', '--mount');
    await pageIs('app\n');
  }
  expect(states).toContain('half down');
});

test('what a killed renet has left running does not run beside the next one', async () => {
  const { repo, server, write } = at;
  const slow = 'up() { echo begun >>/run/calls; sleep 2; echo done >>/run/calls; renet compose -- up -d; }';
  await repo('push', write('app', { Rediaccfile: slow }), 'app');
  await cut('up app', async () => (await server.try('cat /run/calls')).stdout.includes('begun'));
  await repo('up', 'app');
  expect(await server.sh('cat /run/calls')).toBe('begun\nbegun\ndone');
});

test('a machine that goes down in the middle of an up completes it when it comes up', async () => {
  const { repo, server } = at;
  await repo('down', 'app', '--unmount');
  const child = server.start('renet repo up app --mount');
  await until(
    'its function runs',
    async () => (await server.sh('cat /run/calls')).match(/begun/g)?.length === 3,
  );
  await server.reboot('at once');
  child.kill();
  await at.answers(PAGE, 200);
  await until('it is up', async () => (await stateOf('app')) === 'up');
  await repo('push', at.write('app', { Rediaccfile: 'up() { renet compose -- up -d; }' }), 'app');
});

test('a push that does not fit changes nothing, whether that is known or not', async () => {
  const { repo, tryRepo, server, write } = at;
  const list = (): Promise<string> =>
    server.sh(
      'cd /var/lib/rediacc/repositories/2816 && find files incoming 2>/dev/null | sort; cat pushed.json',
    );
  const before = await list();
  const large = write('large', { 'compose.yml': COMPOSE, 'www/index.html': 'new\n', large: 'x' });
  truncateSync(`${large}/large`, 600 * 2 ** 20);
  expect((await tryRepo('push', large, 'app')).stderr).toMatch(
    /are free\.\n.*repo resize.*\[repository-full\]/,
  );
  // Room for it is there at first, and gone while it comes.
  truncateSync(`${large}/large`, 200 * 2 ** 20);
  const folder = '/var/lib/rediacc/repositories/2816';
  const filler = server.start(
    `while [ ! -s ${folder}/incoming/large ]; do sleep 0.01; done; fallocate -l 380M ${folder}/filler || dd if=/dev/zero of=${folder}/filler bs=1M`,
  );
  const failed = await tryRepo('push', large, 'app');
  expect(failed.code).toBe(1);
  expect(failed.stderr).toMatch(
    /nothing was changed\. \[push-incomplete\]\n(.*\n)*.*No space left on device/,
  );
  filler.kill();
  await server.sh(`rm -f ${folder}/filler`);
  expect(await list()).toBe(before);
  await pageIs('app\n');
  await repo('push', write('app', {}), 'app');
});

test('an image that is full is told, whoever stumbles over it', async () => {
  const { repo, tryRepo, server } = at;
  const filler = '/var/lib/rediacc/repositories/2816/filler';
  const failing = 'up() { renet compose -- up -d --force-recreate; echo data >full; }';
  await repo('push', at.write('app', { Rediaccfile: failing }), 'app');
  await server.try(`dd if=/dev/zero of=${filler} bs=1M`);
  const up = await tryRepo('up', 'app');
  expect(up.code).toBe(1);
  expect(up.stdout + up.stderr).toContain('its image is full (');
  const status = await tryRepo('status', 'app');
  expect(status.stdout).toMatch(/wrong: its image is full .*; make it larger: repo resize app SIZE/);
  await server.sh(`rm ${filler}`);
  await repo('push', at.write('app', { Rediaccfile: 'up() { renet compose -- up -d; }' }), 'app');
  await repo('up', 'app');
});

test('a damaged image is not mounted, and e2fsck says why', async () => {
  const { repo, tryRepo, server } = at;
  const image = '/var/lib/rediacc/repositories/2816.img';
  await repo('down', 'app', '--unmount');
  await server.sh(
    `cp --sparse=always ${image} ${image}.kept && dd if=/dev/zero of=${image} bs=64k count=1 conv=notrunc`,
  );
  const { code, stderr } = await tryRepo('up', 'app', '--mount');
  expect(code).toBe(2);
  expect(stderr).toContain('Bad magic number in super-block');
  expect(stderr).toContain(`look at it with: e2fsck -f ${image}. [image-damaged]`);
  expect(await server.sh('ls -A /var/lib/rediacc/repositories/2816')).toBe('');
  expect(await server.sh('systemctl list-units --no-legend "rediacc-*@2816*"')).toBe('');
  expect(await stateOf('app')).toBe('not mounted');
  await server.sh(`mv ${image}.kept ${image}`);
  await repo('up', 'app', '--mount');
  await pageIs('app\n');
});

test('an image that others use is not unmounted, and they are named', async () => {
  const { repo, tryRepo, server } = at;
  const user = server.start('cd /var/lib/rediacc/repositories/2816 && exec sleep 4321');
  await until('it is there', async () => (await server.try('pgrep -fx "sleep 4321"')).code === 0);
  expect((await tryRepo('down', 'app', '--unmount')).stderr).toMatch(
    /'app' cannot be unmounted: in use by sleep \(process \d+\)\.\n.*\[repository-busy\]/,
  );
  await server.sh('pkill -fx "sleep 4321"');
  user.kill();
  await repo('down', 'app', '--unmount');
  await repo('up', 'app', '--mount');
});

test('a daemon never fills the folder below an image that is not mounted', async () => {
  const { repo, server } = at;
  await repo('down', 'app', '--unmount');
  const { code } = await server.try('systemctl start rediacc-docker@2816.service');
  expect(code).not.toBe(0);
  expect(await server.sh('ls -A /var/lib/rediacc/repositories/2816')).toBe('');
  await server.try('systemctl stop rediacc-docker@2816.socket; systemctl reset-failed "rediacc-*"');
  await server.sh('touch /var/lib/rediacc/repositories/2816/mine');
  expect((await at.tryRepo('up', 'app', '--mount')).stderr).toContain('where mine would be hidden');
  await server.sh('rm /var/lib/rediacc/repositories/2816/mine');
  await repo('up', 'app', '--mount');
});

test('a daemon that hangs, or has died, is told, and does not hide the others', async () => {
  const { repo, tryRepo, server } = at;
  const pid = await server.sh('systemctl show --property=MainPID --value rediacc-docker@2816.service');
  await server.sh(`kill -STOP ${pid}`);
  const hung = await tryRepo('status', 'app');
  expect(hung).toMatchObject({ code: 1 });
  expect(hung.stdout).toContain('its Docker daemon does not answer; start it anew');
  await pageIs('app\n');
  await server.sh(`kill -CONT ${pid} && kill -KILL ${pid}`);
  await pageIs('app\n');
  await repo('up', 'app');
  await server.sh('docker -H unix:///run/rediacc/docker-2816.sock kill app-web-1');
  expect(await stateOf('app')).toBe('not running');
  const dead = await tryRepo('status', 'app');
  expect(dead.stdout).toContain('it is to be up, and nothing of it runs; bring it up: repo up app');
  await repo('up', 'app');
  await pageIs('app\n');
});

test('what cannot be made is refused before anything is made', async () => {
  const { tryRepo, server } = at;
  const there = await server.sh('ls /var/lib/rediacc/repositories');
  const refusals: [string[], string][] = [
    [['My App'], '[repository-name-invalid]'],
    [['app'], '[repository-exists]'],
    [['big', '--size', '900T'], '[repository-full]'],
    [['odd', '--size', '10GB'], '[size-invalid]'],
    [['odd', '--filesystem', 'zfs'], 'is neither ext4 nor btrfs'],
    [['odd', '--folder', '--encrypt'], 'exclude each other'],
  ];
  for (const [args, sentence] of refusals)
    expect((await tryRepo('create', ...args)).stderr).toContain(sentence);
  await server.sh('ln -s /bin/true /usr/local/bin/cryptsetup');
  const hasIt = (await server.try('test -e /sys/module/dm_crypt')).code === 0;
  if (!hasIt)
    expect((await tryRepo('create', 'odd', '--encrypt')).stderr).toContain('[encryption-unsupported]');
  expect(JSON.parse((await tryRepo('list', '--json')).stdout)).toHaveLength(1);
  expect(await server.sh('ls /var/lib/rediacc/repositories')).toBe(there);
});
