import { afterAll, beforeAll, expect, test } from 'vitest';
import { browse } from '../../scripts/browse.ts';
import { run } from '../../src/edges/process.ts';
import { until } from '../live/lab.ts';
import { createWorkstation, type TestServer, type Workstation } from './server.ts';

let workstation: Workstation;
let [one, two] = [] as unknown as [TestServer, TestServer];

beforeAll(async () => {
  workstation = createWorkstation();
  [one, two] = await Promise.all([workstation.boot('server-1', 1), workstation.boot('server-2', 2)]);
});
afterAll(() => workstation[Symbol.asyncDispose]());

async function pageComes(server: TestServer): Promise<void> {
  await until('the page is there', async () => {
    const answers = [server.ipv4, server.ipv6].map((at) =>
      browse(`https://web-2816.${server.name}.test/`, { at }),
    );
    return (await Promise.all(answers).catch(() => [])).map(({ body }) => body).join('') === 'web\nweb\n';
  });
}

/** Files and folders, users, and units of a server; not what is a log or a cache of others. */
function inventory({ sh }: TestServer): Promise<string> {
  return sh(
    'find /etc /usr/local /run/rediacc* -newer /etc/hostname 2>/dev/null | grep -v -E "ssl/certs|alternatives|ld.so|/run/rediacc|docker|containerd|passwd-|group-|shadow|/etc$" | sort; getent passwd | cut -d: -f1; systemctl list-unit-files --no-legend | grep rediacc || true',
  );
}

test('one push makes a bare server a front door, and two servers are each their own', async () => {
  const { rdc, rdcOk } = workstation;
  for (const { name, ipv4, ipv6 } of [one, two]) {
    const addresses = ['--public-ipv4', ipv4, '--public-ipv6', ipv6];
    await rdcOk('context', 'set-infra', name, ...addresses, '--base-domain', `${name}.test`);
  }
  const dry = await rdc('context', 'push-infra', 'server-1', '--dry-run');
  expect(dry.code).toBe(3);
  expect(dry.stdout).toContain('install docker.io');
  expect(await one.sh('ls /usr/local/bin /usr/local/lib')).not.toContain('re');

  const outputs = await Promise.all([one, two].map(({ name }) => rdcOk('context', 'push-infra', name)));
  for (const output of outputs) expect(output).toMatch(/done in [\d.]+ s: 42 entrypoints listen/);
  for (const server of [one, two]) {
    const daemon = await server.daemon(2816);
    await daemon.web('web', 0);
    await pageComes(server);
  }
});

test('a second push finds nothing to do, in three commands over one connection', async () => {
  const begin = performance.now();
  const since = await one.sh('date +%s.%N');
  expect(await workstation.rdcOk('context', 'push-infra', 'server-1')).toContain('nothing to do');
  const took = performance.now() - begin;
  const log = await one.sh(`journalctl --since=@${since} --output=cat _COMM=sshd-session`);
  expect(log.match(/^Accepted publickey/gm)).toHaveLength(1);
  expect(log.match(/^Starting session: command/gm)?.length).toBeLessThanOrEqual(3);
  const plain = performance.now();
  await run([`${workstation.folder}/bin/ssh`, 'server-1', 'true']);
  const against = performance.now() - plain;
  process.stdout.write(
    `push-infra with nothing to do: ${took.toFixed(0)} ms; ssh HOST true: ${against.toFixed(0)} ms\n`,
  );
  expect((await workstation.rdc('context', 'push-infra', 'server-1', '--dry-run')).code).toBe(0);
});

test('the services have no rights, and nothing listens on all addresses', async () => {
  const security = await one.sh('systemd-analyze security rediacc-router rediacc-proxy --no-pager');
  const scores = [...security.matchAll(/Overall exposure level for (\S+): ([\d.]+)/g)];
  process.stdout.write(`${scores.map(([, unit, score]) => `${unit}: ${score}`).join(', ')}\n`);
  expect(scores.map(([, unit]) => unit)).toEqual(['rediacc-router.service', 'rediacc-proxy.service']);
  for (const [, , score] of scores) expect(Number(score)).toBeLessThanOrEqual(2);

  for (const [unit, user] of [
    ['rediacc-proxy', 'rediacc-proxy'],
    ['rediacc-router', 'rediacc-router'],
  ]) {
    const pid = await one.sh(`systemctl show --property=MainPID --value ${unit}`);
    const status = await one.sh(`cat /proc/${pid}/status`);
    for (const kind of ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'])
      expect(status).toMatch(new RegExp(`Cap${kind}:\t0+\n`));
    expect(await one.sh(`stat --format=%U /proc/${pid}`)).toBe(user);
  }
  // Traefik's user cannot use a Docker socket, the route server's can.
  expect(await one.sh('id --name --groups rediacc-proxy')).toBe('rediacc-proxy');
  expect(await one.sh('stat --format="%G %a" /run/rediacc/docker-2816.sock')).toBe('rediacc 660');

  const listeners = (await one.sh('ss -H -l -n -t -u -p')).split('\n');
  const ours = listeners.filter((line) => /traefik|renet|node|systemd/.test(line));
  expect(ours.length).toBeGreaterThan(40);
  expect(ours.filter((line) => /\s(\*|0\.0\.0\.0|\[::\]):\d+\s/.test(line))).toEqual([]);
});

test('a server says how it is, also to rdc', async () => {
  const { rdcOk } = workstation;
  expect(await rdcOk('proxy', 'status', '-m', 'server-1')).toMatch(
    /route server +active +ok: 1 routers, 1 daemons, 0 problems; auto-routes \*\.server-1\.test\n/,
  );
  const status = JSON.parse(await rdcOk('proxy', 'status', '-m', 'server-1', '--json'));
  expect(status).toMatchObject({ faults: [], health: { status: 'ok' } });
  expect(await rdcOk('proxy', 'routes', '-m', 'server-1')).toMatch(
    /Host\(`web-2816\.server-1\.test`\) +websecure, websecure-v6 +http:\/\/127\.0\.11\.2:80/,
  );
  expect(await rdcOk('proxy', 'refresh', '-m', 'server-1')).toMatch(/^1 daemons looked at again: 1 routers/);
  expect(await rdcOk('proxy', 'logs', '-m', 'server-1', '--lines=200')).toContain('rediacc-router.service');
  expect(await rdcOk('ips', '-m', 'server-1')).toBe('no repository is up\n');
});

test('after a reboot everything is back without a hand', async () => {
  await one.reboot();
  await pageComes(one);
  expect(await workstation.rdcOk('context', 'push-infra', 'server-1')).toContain('nothing to do');
});

test('what is torn down is gone, and nothing else', async () => {
  const { rdc, rdcOk } = workstation;
  expect((await rdc('context', 'teardown', 'server-2')).stderr).toContain('[not-confirmed]');
  expect((await rdc('context', 'teardown', 'server-2', '--yes')).stderr).toContain(
    'repositories are up: 2816',
  );
  await two.sh(
    'systemctl disable --now --quiet rediacc-docker@2816.service rediacc-docker@2816.socket rediacc-containerd@2816.service',
  );
  two.write('/etc/rediacc/traefik.d/mine.yml', 'http: {}\n');

  await rdcOk('context', 'teardown', 'server-2', '--yes');
  const left = await inventory(two);
  expect(await two.sh('ls /sys/fs/bpf')).not.toContain('rediacc');
  expect(await two.sh('ls /run/rediacc')).toBe('2816');
  expect(left.split('\n').filter((line) => /rediacc/.test(line))).toEqual([
    '/etc/rediacc',
    '/etc/rediacc/traefik.d',
    '/etc/rediacc/traefik.d/mine.yml',
  ]);
  expect(await two.sh('ls /var/lib/rediacc/repositories')).toBe('2816');
  expect(await two.sh('ss -H -l -n -t -u -p')).not.toMatch(/traefik|:7111/);
  expect((await rdc('proxy', 'status', '-m', 'server-2')).stderr).toContain('[infra-unset]');

  expect(await rdcOk('context', 'push-infra', 'server-2')).toContain('42 entrypoints listen');
});
