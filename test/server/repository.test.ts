import { afterAll, beforeAll, expect, test } from 'vitest';
import { form } from '../../scripts/browse.ts';
import { until } from '../live/lab.ts';
import { createDeployment, type Deployment } from './deployment.ts';

let at: Deployment;

beforeAll(async () => {
  at = await createDeployment(1);
});
afterAll(() => at[Symbol.asyncDispose]());

const MY_APP = 'https://my-app.example.com/';

async function noteIsKept(): Promise<void> {
  expect((await at.page(MY_APP)).body).toContain('<li>kept</li>');
}

/** Of a file system, as the kernel has it. */
async function sizeOf(networkId: number): Promise<string> {
  const folder = `/var/lib/rediacc/repositories/${networkId}`;
  return at.server.sh(`df --output=size -BG ${folder} | tail -n 1 | tr -d ' '`);
}

test('from a folder to a live site', async () => {
  const { repo, server } = at;
  const folder = at.example('my-app', { '.env': 'APP_DOMAIN=my-app.example.com\n' });
  expect(await repo('create', 'my-app', '--size', '2G')).toContain(
    'my-app is there: network id 2816, addresses 127.0.11.0/26, in an image of 2G, ext4',
  );
  expect(await repo('push', folder, 'my-app')).toMatch(/^5 files brought, 0 removed/);
  await server.load(2816, 'my-app');

  const output = await repo('up', 'my-app', '--mount');
  expect(output).toMatch(/^my-app: up\(\) +[\d.]+ s$/m);
  expect(output).toMatch(/^web +1 +127\.0\.11\.3 +running/m);
  expect(output).toMatch(/^postgres +0 +127\.0\.11\.2 +running +healthy/m);
  expect(output).toMatch(/^https:\/\/my-app\.example\.com +200 +\d+ ms/m);

  await at.page(MY_APP, form('note=kept'));
  await noteIsKept();
  expect((await at.page(MY_APP, { at: server.ipv6 })).status).toBe(200);
});

test('a repository without labels has its auto-route, beside the other', async () => {
  const { repo, server } = at;
  await repo('create', 'hello', '--folder');
  await repo('push', at.example('hello'), 'hello');
  await server.load(2880, 'hello');
  const output = await repo('up', 'hello', '--mount');
  expect(output).toMatch(/^https:\/\/hello-2880\.server-1\.test +200/m);
  const list = await repo('list');
  expect(list).toMatch(/^hello +2880 +127\.0\.11\.64\/26 +up +folder$/m);
  expect(list).toMatch(/^my-app +2816 +127\.0\.11\.0\/26 +up +ext4, \d+M of 2G$/m);
});

test('what is up is told in all its parts, also to programs', async () => {
  const { repo, tryRepo } = at;
  const status = await repo('status', 'my-app');
  expect(status).toMatch(/^repository +my-app, up$/m);
  expect(status).toMatch(/^https:\/\/my-app\.example\.com +200/m);
  const json = JSON.parse((await tryRepo('status', 'my-app', '--json')).stdout);
  expect(json).toMatchObject({ name: 'my-app', state: 'up', ok: true, faults: [] });
  expect(json.routes).toMatchObject([{ target: 'https://my-app.example.com', answered: true, status: 200 }]);
  const up = JSON.parse((await tryRepo('up', 'my-app', '--json')).stdout);
  const titles = up.steps.map(({ title }: { title: string }) => title);
  expect(titles).toEqual(['Docker daemon', 'my-app: up()', 'proof']);
});

test('logs are shown, and commands run', async () => {
  const { repo, tryRepo } = at;
  expect(await repo('logs', 'my-app', 'postgres')).toContain('database system is ready');
  const sql = ['psql', '-U', 'app', '-tc', 'SELECT note FROM notes'];
  expect(await repo('exec', 'my-app', 'postgres', '--', ...sql)).toContain('kept');
  expect((await tryRepo('exec', 'my-app', 'web', '--', 'sh', '-c', 'exit 7')).code).toBe(7);
  expect((await tryRepo('logs', 'my-app', 'mail')).stderr).toContain(
    'There is postgres, web. [service-unknown]',
  );
});

test('data outlives down, up, unmount, a larger image and a reboot', async () => {
  const { repo, tryRepo, server } = at;
  await repo('down', 'my-app');
  await at.answers(MY_APP, 404);
  expect(await repo('list')).toMatch(/^my-app .* down /m);
  await repo('up', 'my-app');
  await noteIsKept();

  const grown = await tryRepo('resize', 'my-app', '3G');
  // A virtual server's root may lack what the kernel wants for it (CAP_SYS_RESOURCE).
  if (grown.code !== 0) expect(grown.stderr).toContain('repo down my-app --unmount, then repo resize');
  await noteIsKept();

  await repo('down', 'my-app', '--unmount');
  expect(await server.sh('losetup --list --noheadings')).not.toContain('2816.img');
  expect(await server.sh('systemctl list-units --no-legend "rediacc-*@2816*"')).toBe('');
  // Nobody kept the daemon waiting for the end of its event stream.
  const log = await server.sh('journalctl --unit=rediacc-docker@2816.service --output=cat');
  expect(log).toContain('Daemon shutdown complete');
  expect(log).not.toContain('Error shutting down http server');
  expect((await tryRepo('up', 'my-app')).stderr).toContain('[repository-not-mounted]');
  expect((await at.workstation.rdc('explain', 'my-app', '-m', 'server-1')).stdout).toMatch(
    /\[repository-unmounted\]\n\nfix: .*\n {2}\$ rdc repo up my-app --mount -m server-1\n$/,
  );
  expect(await repo('resize', 'my-app', '3G')).toContain('my-app has 3G now');
  expect((await tryRepo('resize', 'my-app', '2G')).stderr).toContain('[size-invalid]');
  await repo('up', 'my-app', '--mount');
  await noteIsKept();
  expect(await sizeOf(2816)).toBe('3G');

  await server.reboot();
  await at.answers(MY_APP, 200);
  await noteIsKept();
  await until('both are up again', async () => (await repo('list')).match(/ up /g)?.length === 2);
});

test('a machine that goes down stops containers in the order of Compose', async () => {
  const { repo, server } = at;
  await server.sh('mkdir -p /var/log/journal && systemctl restart systemd-journald');
  const names = await server.sh(
    'docker -H unix:///run/rediacc/docker-2816.sock ps --no-trunc --format "{{.ID}} {{.Names}}"',
  );
  const since = await server.sh('date +%s.%N');
  await server.reboot();
  await at.answers(MY_APP, 200);
  const log = await server.sh(`journalctl --since=@${since} --output=cat --no-pager _PID=1`);
  const stopped = log.split('\n').flatMap((line) => {
    const [, id] = /^Stopped docker-([0-9a-f]{64})\.scope/.exec(line) ?? [];
    const name = names.split('\n').find((one) => id !== undefined && one.startsWith(id));
    return name === undefined ? (/^Stopped (rediacc-docker@2816)/.exec(line)?.[1] ?? []) : name.slice(65);
  });
  expect(stopped.slice(0, 3)).toEqual(['my-app-web-1', 'my-app-postgres-1', 'rediacc-docker@2816']);
  await until('all is up again', async () => (await repo('list')).match(/ up /g)?.length === 2);
});

test('what is not to come up with the machine stays down', async () => {
  const { repo, server } = at;
  await repo('autostart', 'hello', 'off');
  await server.reboot('at once');
  await at.answers(MY_APP, 200);
  await noteIsKept();
  expect(await repo('list')).toMatch(/^hello .* not running +folder$/m);
  await repo('up', 'hello');
  await repo('autostart', 'hello', 'on');
});

test('btrfs grows while it is in use', async () => {
  const { repo, tryRepo, server } = at;
  expect((await tryRepo('create', 'tree', '--filesystem', 'btrfs')).stderr).toContain(
    'apt-get install btrfs-progs. [packages-missing]',
  );
  await server.sh('apt-get -qq -y install btrfs-progs');
  await repo('create', 'tree', '--filesystem', 'btrfs', '--size', '1G');
  await repo('push', at.example('hello'), 'tree');
  await server.load(2944, 'hello');
  expect(await repo('up', 'tree')).toMatch(/^https:\/\/hello-2944\.server-1\.test +200/m);
  expect(await repo('resize', 'tree', '2G')).toContain('tree has 2G now');
  expect(await sizeOf(2944)).toBe('2G');
  expect((await at.page('https://hello-2944.server-1.test/')).status).toBe(200);
});

test('what is deleted is gone, and its hosts are free', async () => {
  const { repo, tryRepo, server } = at;
  expect((await tryRepo('delete', 'hello')).stderr).toContain('[not-confirmed]');
  for (const name of ['hello', 'tree']) await repo('delete', name, '--yes');
  expect(await server.sh('ls /var/lib/rediacc/repositories')).toBe('2816\n2816.img\n2816.json');
  expect(await server.sh('renet host list')).not.toContain('hello');
  await noteIsKept();
});

test('a certificate that is still on its way is waited for, and then told', async () => {
  const { repo, tryRepo, workstation } = at;
  const token = at.write('token', { token: 'nobody-knows-it-0123456789abcdefghijklmnop' });
  const settings = ['--cert-email', 'admin@example.com', '--cf-dns-token-file', `${token}/token`];
  await workstation.rdcOk('context', 'set-infra', 'server-1', ...settings);
  await workstation.rdcOk('context', 'push-infra', 'server-1');
  const { code, stdout } = await tryRepo('up', 'my-app', '--wait-timeout', '2s');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^https:\/\/my-app\.example\.com +200 .* none yet$/m);
  expect(stdout).toContain('wrong: https://my-app.example.com answers, but ');
  expect((await tryRepo('up', 'my-app', '--no-wait')).code).toBe(0);
  await repo('delete', 'my-app', '--yes');
});
