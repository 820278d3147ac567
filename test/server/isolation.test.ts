import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serviceAddress } from '../../src/core/network/subnet.ts';
import { run } from '../../src/edges/process.ts';
import { runCases, runSample } from '../isolation/cases.ts';
import { type Case, EXCEPTION, type Machine } from '../isolation/machine.ts';
import { ROOT, until } from '../live/lab.ts';
import { createDeployment, type Deployment } from './deployment.ts';

const NUMBER = 10;
const IDS = [2816, 2880, 2944] as const;
const PROBE = '/var/lib/rediacc/probe.pl';
const LONG = process.env['REDIACC_LONG'] !== undefined;

let at: Deployment;
let machine: Machine;
let far: ChildProcess | undefined;

beforeAll(async () => {
  at = await createDeployment(NUMBER);
  const { server, workstation } = at;
  await workstation.rdcOk('context', 'set-infra', 'server-1', '--loopback-ports', `127.0.0.1:${EXCEPTION}`);
  expect(await workstation.rdcOk('context', 'push-infra', 'server-1')).toContain(
    'restart rediacc-isolation.service',
  );
  // /var/lib/rediacc of the server.
  copyFileSync(join(ROOT, 'test/isolation/probe.pl'), join(workstation.folder, 'server-1/rediacc/probe.pl'));
  for (const id of IDS) {
    await at.repo('create', `r${id}`);
    await at.repo('allow', `r${id}`, `path:${PROBE}`);
    for (const bundle of ['hello', 'as-published'] as const) await server.load(id, bundle);
  }
  const places = [`198.18.${NUMBER}.1:9000`, `[2001:db8:${NUMBER}::1]:9000`];
  const specs = [`tcp4@${places[0]}`, `udp4@${places[0]}`, `tcp6@${places[1]}`, `udp6@${places[1]}`];
  far = spawn('perl', [join(ROOT, 'test/isolation/probe.pl'), 'serve', 'FAR', ...specs], { stdio: 'ignore' });
  machine = onServer();
});
afterAll(async () => {
  far?.kill();
  await at[Symbol.asyncDispose]();
});

const dockerOf = (id: number): string => `docker -H unix:///run/rediacc/docker-${id}.sock`;
const quoted = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');

/** A page of the server's own loopback. */
async function get(url: string): Promise<string> {
  const inside = ['nsenter', '--target', String(at.server.pid()), '--net'] as const;
  return (await run([...inside, 'curl', '--silent', '--max-time', '2', url])).stdout.trim();
}

/** This machine is the other one: the server's router. */
function onServer(): Machine {
  const { server } = at;
  const both = async (command: string): Promise<string> => {
    const { stdout, stderr } = await server.try(command);
    return `${stdout}${stderr}`.trim();
  };
  return {
    ids: IDS,
    docker: (id, ...args) => server.try(`${dockerOf(id)} ${quoted(args)}`),
    build: async ({ id, builder }, dockerfile) => {
      const context = '/var/lib/rediacc/build';
      server.write(`${context}/Dockerfile`, dockerfile);
      server.write(`${context}/compose.yml`, 'services: { it: { build: { context: ., network: host } } }');
      const client = `cd ${context} && cp ${PROBE} . && BUILDKIT_PROGRESS=plain ${dockerOf(id)}`;
      const buildkit = `DOCKER_BUILDKIT=1 ${client} compose build --no-cache`;
      const classic = `DOCKER_BUILDKIT=0 ${client} build --no-cache --network host .`;
      return both(builder === 'buildkit' ? buildkit : classic);
    },
    host: (...argv) => both(quoted(argv)),
    get,
    serve: async (...argv) => {
      await server.sh(
        `systemctl stop case-host 2>/dev/null; systemd-run --quiet --collect --unit case-host ${quoted(argv)}`,
      );
    },
    outside: async (...argv) => (await run(argv)).stdout.trim(),
    address: { ipv4: server.ipv4, ipv6: server.ipv6 },
    other: { ipv4: `198.18.${NUMBER}.1`, ipv6: `2001:db8:${NUMBER}::1` },
    probe: PROBE,
    probeOutside: join(ROOT, 'test/isolation/probe.pl'),
    image: 'nginx:1.26',
    foreignCgroups: ['rediacc-2880.slice', 'system.slice', 'rediacc.slice', 'rediacc-2816-x.slice'],
  };
}

const failed = (cases: readonly Case[]): Case[] => cases.filter(({ passed }) => !passed);

/** All cases in the long form, else those that the kernel decides. */
const tryAll = (): Promise<readonly Case[]> => (LONG ? runCases(machine) : runSample(machine));

test('three repositories are kept apart', { timeout: 300_000 }, async () => {
  expect(failed(await tryAll())).toEqual([]);
});

test('what was refused is counted, with the last target', async () => {
  const { server } = at;
  await server.sh(
    `${dockerOf(2944)} run --rm --network host -v ${PROBE}:/probe.pl nginx:1.26 perl /probe.pl ask tcp4 ${serviceAddress(2816, 3)}:5432`,
  );
  const doctor = await at.workstation.rdcOk('doctor', '-m', 'server-1');
  expect(doctor).toMatch(/^ok +isolation +the kernel keeps repositories apart/m);
  expect(doctor).toMatch(/^r2944 +2944 +\d+ connections.* 127\.0\.11\.5:5432, \d+ s ago/m);
  const metrics = await get('http://127.0.0.1:7111/metrics');
  expect(metrics).toMatch(
    /rediacc_refused_total\{repository="r2944",network_id="2944",kind="connections"\} [1-9]/,
  );
  expect(metrics).toContain('rediacc_isolation 1');
});

const health = async (): Promise<{ status: string; isolation: { state: string } }> =>
  JSON.parse(await get('http://127.0.0.1:7111/health'));

test('when a program is taken out of the kernel it is told, and what loads it mends it', async () => {
  const { server } = at;
  const pin = '/sys/fs/bpf/rediacc/programs-*/connect4';
  await server.sh(`bpftool cgroup detach /sys/fs/cgroup/rediacc.slice connect4 pinned ${pin}`);
  await until('it is told', async () => (await health()).isolation.state === 'open');
  const { code, stdout } = await at.workstation.rdc('doctor', '-m', 'server-1');
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^wrong +isolation +a process among the repositories reaches ports of this machine/m,
  );
  await server.sh('systemctl restart rediacc-docker@2816').then(
    () => expect.unreachable('a daemon started without'),
    (error: Error) => expect(error.message).toContain('systemctl'),
  );
  expect(await server.sh('journalctl -u rediacc-docker@2816 -n 20')).toContain('isolation-unavailable');
  await server.sh('systemctl restart rediacc-isolation');
  await until('it is well', async () => (await health()).isolation.state === 'on');
  await until('the daemon is back', async () => (await server.try(`${dockerOf(2816)} version`)).code === 0);
});

test('daemons start anew, and nothing changes for containers that run or start', {
  timeout: 300_000,
}, async () => {
  const { server } = at;
  const page = `mkdir -p /www && echo here >/www/index.html && exec httpd -f -p 80 -h /www`;
  await server.sh(
    `${dockerOf(2880)} run -d --name stays --network host -e SERVICE_IP=${serviceAddress(2880, 30)} busybox sh -c '${page}'`,
  );
  await server.sh('systemctl restart rediacc-containerd@2880 rediacc-docker@2880');
  const inside = `${dockerOf(2880)} exec stays wget -q -O -`;
  expect(await server.sh(`${inside} http://127.0.0.1/`)).toBe('here');
  expect((await server.try(`${inside} http://127.0.0.1:7111/health`)).code).not.toBe(0);
  expect(await get(`http://${serviceAddress(2880, 30)}/`)).toBe('here');
  await server.sh(`${dockerOf(2880)} rm --force stays`);
  if (LONG) expect(failed(await tryAll())).toEqual([]);
});

test('after a reboot all is as before', { timeout: 300_000 }, async () => {
  await at.server.reboot();
  expect(await health()).toMatchObject({ status: 'ok', isolation: { state: 'on' } });
  for (const id of IDS) await at.repo('mount', `r${id}`);
  if (LONG) expect(failed(await tryAll())).toEqual([]);
});

test('what leads out of a repository is refused, until it is allowed', { timeout: 120_000 }, async () => {
  const web = '{ image: busybox, command: httpd -f, pid: host, labels: [traefik.enable=false] }';
  const folder = at.write('leaves', { 'docker-compose.yml': `services:\n  web: ${web}\n` });
  await at.repo('push', folder, 'r2880');
  const refused = await at.tryRepo('up', 'r2880');
  expect(refused.code).not.toBe(0);
  expect(refused.stdout + refused.stderr).toContain("docker-compose.yml:2: service 'web', pid: host [pid]");
  expect(await at.repo('allow', 'r2880', 'pid')).toContain('to see and signal all processes');
  await at.repo('up', 'r2880');
  expect(await at.repo('status', 'r2880')).toMatch(/^may leave it +path:\S+, pid$/m);
  expect(await at.workstation.rdcOk('doctor', '-m', 'server-1')).toMatch(/^r2880 .* path:\S+, pid$/m);
  expect(await at.repo('forbid', 'r2880', 'pid', `path:${PROBE}`)).toContain('r2880 is allowed nothing');
  expect((await at.tryRepo('up', 'r2880')).code).not.toBe(0);
});

test('an operator may do without', async () => {
  const { server, workstation } = at;
  await workstation.rdcOk('context', 'set-infra', 'server-1', '--isolation', 'off');
  const { stderr } = await workstation.rdc('context', 'push-infra', 'server-1');
  expect(stderr).toContain('isolation cannot be switched off while repositories are up: 2816, 2880, 2944');
  for (const id of IDS) await at.repo('down', `r${id}`, '--unmount');
  const output = await workstation.rdcOk('context', 'push-infra', 'server-1');
  expect(output).toContain('with --isolation off containers reach those of other repositories');
  expect(await server.sh('ls /sys/fs/bpf')).not.toContain('rediacc');
  expect(await workstation.rdcOk('doctor', '-m', 'server-1')).toMatch(
    /^warning +isolation +repositories are not kept apart/m,
  );
  await at.repo('mount', 'r2816');
  expect(await server.sh('cat /proc/$(pidof -s dockerd)/environ')).not.toContain('rediacc-isolation');
});
