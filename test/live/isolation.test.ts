import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { loadBuiltImages } from '../../scripts/images.ts';
import { daemonPlaces } from '../../src/core/repository/daemon.ts';
import { recordPath, writeRecord } from '../../src/core/repository/record.ts';
import { writeWhole } from '../../src/edges/files.ts';
import { run, runToEnd } from '../../src/edges/process.ts';
import { startDaemon } from '../../src/renet/local/daemon.ts';
import { raiseLocalFence } from '../../src/renet/local/fence.ts';
import { runCases, runSample } from '../isolation/cases.ts';
import { type Case, EXCEPTION, type Machine } from '../isolation/machine.ts';
import { ROOT } from './lab.ts';

const IDS = [2816, 2880, 2944] as const;
const PROBE = join(ROOT, 'test/isolation/probe.pl');

// Compose brings its own client of BuildKit; docker's is a package of its own.
const BUILDKIT = ['docker', 'compose', 'build', '--no-cache'] as const;
const CLASSIC = ['docker', 'build', '--no-cache', '--network', 'host', '.'] as const;

/** Three repositories on this machine, and another machine beside it. */
async function createMachine(stack: AsyncDisposableStack, isOn: boolean): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), 'rediacc-fence-'));
  chmodSync(folder, 0o755);
  const dirs = { runDir: `${folder}/run`, stateDir: `${folder}/state` };
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const there = await createNeighbour(stack);
  const outer = stack.use(new AsyncDisposableStack());
  const ports = [{ address: '127.0.0.1', port: EXCEPTION }];
  const fence = isOn ? await raiseLocalFence(dirs, ports, outer) : undefined;
  const stop = new AbortController().signal;
  for (const id of IDS) {
    const places = daemonPlaces(dirs, id);
    const own = outer.use(new AsyncDisposableStack());
    await writeWhole(
      recordPath(dirs.runDir, id),
      writeRecord({ ...places, name: `r${id}`, path: folder, permissions: [`path:${PROBE}`] }),
    );
    await startDaemon(`repository ${id}`, places, { stack: own, stop, ...(fence ? { fence } : {}) });
    await loadBuiltImages(places.socket, 'hello', () => {});
    await loadBuiltImages(places.socket, 'as-published', () => {});
  }
  const host: Machine['host'] = async (...argv) => {
    const { stdout, stderr } = await run(argv);
    return `${stdout}${stderr}`.trim();
  };
  const top = fence?.top ?? '/other';
  return {
    ids: IDS,
    docker: (id, ...args) => run(['docker', '--host', `unix://${daemonPlaces(dirs, id).socket}`, ...args]),
    host,
    get: (url) => host('curl', '--silent', '--max-time', '2', url),
    build: async ({ id, builder }, dockerfile) => {
      const context = `${folder}/build`;
      mkdirSync(context, { recursive: true });
      copyFileSync(PROBE, `${context}/probe.pl`);
      writeFileSync(`${context}/Dockerfile`, dockerfile);
      writeFileSync(`${context}/compose.yml`, 'services: { it: { build: { context: ., network: host } } }');
      const socket = `unix://${daemonPlaces(dirs, id).socket}`;
      const variables = {
        DOCKER_HOST: socket,
        DOCKER_BUILDKIT: builder === 'buildkit' ? '1' : '0',
        BUILDKIT_PROGRESS: 'plain',
      };
      const command = builder === 'buildkit' ? BUILDKIT : CLASSIC;
      const environment = { ...process.env, ...variables };
      const { stdout, stderr } = await run(command, { environment, cwd: context });
      return `${stdout}${stderr}`;
    },
    serve: async (...argv) => {
      const child = spawn(argv[0], argv.slice(1), { stdio: 'ignore' });
      stack.defer(() => void child.kill());
      await sleep(300);
    },
    outside: (...argv) => host(...there, ...argv),
    address: { ipv4: '198.18.77.1', ipv6: '2001:db8:77::1' },
    other: { ipv4: '198.18.77.2', ipv6: '2001:db8:77::2' },
    probe: PROBE,
    probeOutside: PROBE,
    image: 'nginx:1.26',
    foreignCgroups: [`${top}/2880`, `${top}/2816/../2880`, '/system'],
  };
}

/** Another machine: a network of its own, with a cable to this one. How to run something there. */
async function createNeighbour(stack: AsyncDisposableStack): Promise<[string, ...string[]]> {
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep 1000']);
  stack.defer(() => void holder.kill());
  await once(holder.stdout, 'data');
  const there: [string, ...string[]] = ['nsenter', '--target', String(holder.pid), '--net'];
  const cable = ['link', 'add', 'here', 'type', 'veth', 'peer', 'name', 'there', 'netns', String(holder.pid)];
  await runToEnd('ip', ...cable);
  stack.defer(async () => void (await run(['ip', 'link', 'del', 'here'])));
  const ip = async (enter: readonly string[], ...words: string[]): Promise<void> => {
    const [file = '', ...args] = [...enter, 'ip', ...words];
    await runToEnd(file, ...args);
  };
  for (const [enter, device, n] of [
    [[], 'here', 1],
    [there, 'there', 2],
  ] as const) {
    await ip(enter, 'addr', 'add', `198.18.77.${n}/24`, 'dev', device);
    await ip(enter, 'addr', 'add', `2001:db8:77::${n}/64`, 'dev', device, 'nodad');
    await ip(enter, 'link', 'set', device, 'up');
  }
  const places = ['198.18.77.2:9000', '[2001:db8:77::2]:9000'];
  const specs = [`tcp4@${places[0]}`, `udp4@${places[0]}`, `tcp6@${places[1]}`, `udp6@${places[1]}`];
  const child = spawn('nsenter', [...there.slice(1), 'perl', PROBE, 'serve', 'FAR', ...specs], {
    stdio: 'ignore',
  });
  stack.defer(() => void child.kill());
  return there;
}

test('three repositories are kept apart, and notice nothing of it', { timeout: 120_000 }, async () => {
  await using stack = new AsyncDisposableStack();
  const cases = await runCases(await createMachine(stack, true));
  expect(cases.filter(({ passed }) => !passed)).toEqual([]);
  expect(cases.length).toBeGreaterThan(170);
});

test('without it they are not: the cases show it', { timeout: 120_000 }, async () => {
  await using stack = new AsyncDisposableStack();
  const cases = await runSample(await createMachine(stack, false));
  const share = (group: Case['group']): number => {
    const all = cases.filter((one) => one.group === group);
    return all.filter(({ passed }) => passed).length / all.length;
  };
  expect(share('allowed')).toBe(1);
  expect(share('refused')).toBeLessThan(0.2);
  expect(share('unheard')).toBeLessThan(0.3);
});
