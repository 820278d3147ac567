import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inCgroup, repositoryCgroup } from '../../src/core/isolation/fence.ts';
import { attachedPrograms, readObject } from '../../src/edges/bpf.ts';
import { removeCgroups } from '../../src/edges/cgroups.ts';
import { runToEnd } from '../../src/edges/process.ts';
import { raiseFence } from '../../src/renet/isolation/raise.ts';
import { enterFence, type LocalFence, raiseLocalFence } from '../../src/renet/local/fence.ts';
import { ROOT } from './lab.ts';

const PROBE = join(ROOT, 'test/isolation/probe.pl');

type Fenced = AsyncDisposable & { readonly fence: LocalFence; readonly lock: string };

async function raise(): Promise<Fenced> {
  const folder = mkdtempSync(join(tmpdir(), 'rediacc-fence-'));
  const dirs = { runDir: `${folder}/run`, stateDir: `${folder}/state` };
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true }));
  const fence = await raiseLocalFence(dirs, [], stack);
  await enterFence(fence, 2816, stack);
  return { fence, lock: `${folder}/run/locks/isolation`, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const topOf = ({ cgroups, top }: LocalFence): string => `${cgroups}${top}`;
const ids = async (fence: LocalFence): Promise<number[]> =>
  (await attachedPrograms(topOf(fence))).map(({ id }) => id).sort();

/** The same programs, with another digest. */
async function another(n: number): Promise<Uint8Array> {
  return Buffer.concat([await readObject(), Buffer.from([n])]);
}

type Entry = { readonly formatted: { readonly key: { readonly port?: number } } };

async function dump({ pins }: LocalFence, map: string): Promise<Entry[]> {
  return JSON.parse(await runToEnd('bpftool', '--json', 'map', 'dump', 'pinned', `${pins}/maps/${map}`));
}

/** A process of the repository asks for a port of the machine all the time. What it reached. */
async function besiege(fence: LocalFence, work: () => Promise<void>): Promise<string> {
  const host = spawn('perl', [PROBE, 'serve', 'HOST', 'tcp4@127.0.0.1:7711'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(host.stdout, 'data');
  const ask =
    'use IO::Socket::INET; $| = 1; print "begin\\n"; while (1) { $n++; print "reached\\n" if IO::Socket::INET->new("127.0.0.1:7711"); print "tries $n\\n" if $n % 1000 == 0 }';
  const [file, ...args] = inCgroup(fence, repositoryCgroup(fence, 2816), ['perl', '-e', ask]);
  const tenant = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  tenant.stdout.on('data', (text) => {
    output += text;
  });
  await once(tenant.stdout, 'data');
  await work();
  const ended = once(tenant, 'close');
  for (const child of [tenant, host]) child.kill();
  await ended;
  return output;
}

test('newer programs take the place of older ones without a moment in which anything is let through', async () => {
  await using fenced = await raise();
  const { fence, lock } = fenced;
  const output = await besiege(fence, async () => {
    for (const n of [1, 2, 3]) {
      const before = await ids(fence);
      await raiseFence(fence, { object: await another(n), ports: [], lock });
      const after = await ids(fence);
      expect(after).toHaveLength(before.length);
      expect(after.filter((id) => before.includes(id))).toEqual([]);
    }
  });
  expect(output).toContain('tries ');
  expect(output).not.toContain('reached');
  expect(readdirSync(fence.pins)).toHaveLength(2);
});

test('raised again, nothing changes; programs that are pinned nowhere give way', async () => {
  await using fenced = await raise();
  const { fence, lock } = fenced;
  const object = await readObject();
  const before = await ids(fence);
  await raiseFence(fence, { object, ports: [], lock });
  expect(await ids(fence)).toEqual(before);
  rmSync(fence.pins, { recursive: true });
  await raiseFence(fence, { object, ports: [], lock });
  const after = await ids(fence);
  expect(after).toHaveLength(before.length);
  expect(after.filter((id) => before.includes(id))).toEqual([]);
});

test('ports that are let in are those that were named last', async () => {
  await using fenced = await raise();
  const { fence, lock } = fenced;
  const object = await readObject();
  const listed = async (): Promise<number[]> =>
    (await dump(fence, 'exceptions')).map(({ formatted }) => formatted.key.port ?? 0).sort();
  const port = (n: number): { address: string; port: number } => ({ address: '127.0.0.1', port: n });
  await raiseFence(fence, { object, ports: [port(53), port(9100)], lock });
  expect(await listed()).toEqual([53, 9100]);
  await raiseFence(fence, { object, ports: [port(9100), port(25)], lock });
  expect(await listed()).toEqual([25, 9100]);
});

test('what is known of cgroups that are gone is forgotten', async () => {
  await using fenced = await raise();
  const { fence, lock } = fenced;
  const count = async (): Promise<number> => (await dump(fence, 'tenants')).length;
  const before = await count();
  await removeCgroups(`${fence.cgroups}${repositoryCgroup(fence, 2816)}`);
  await raiseFence(fence, { object: await readObject(), ports: [], lock });
  expect([before, await count()]).toEqual([2, 0]);
});

test('nothing is left in the kernel', async () => {
  const { fence, ...fenced } = await raise();
  await fenced[Symbol.asyncDispose]();
  expect([existsSync(fence.pins), existsSync(topOf(fence))]).toEqual([false, false]);
});
