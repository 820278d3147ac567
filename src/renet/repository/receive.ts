import { once } from 'node:events';
import { chmod, lstat, mkdir, rename, rm, rmdir, statfs, symlink } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import {
  type Item,
  isSame,
  mergeSlots,
  type PushPlan,
  type PushRequest,
  planPush,
  readPushed,
  readPushRequest,
  refuseConflicts,
  writePushed,
} from '../../core/deploy/push-plan.ts';
import { Failure, Refusal } from '../../core/refusal.ts';
import { type Definition, requireReady } from '../../core/repository/definition.ts';
import { describeSize } from '../../core/repository/image.ts';
import { recordOf, repositoryPlaces } from '../../core/repository/places.ts';
import { hasCode, readText, writeWhole } from '../../edges/files.ts';
import { findItems } from '../../edges/items.ts';
import { start } from '../../edges/process.ts';
import { readPushStream } from '../../edges/push-stream.ts';
import { changeSlots, slotsPath } from '../service-addresses.ts';
import { loadDefinition, requireRoot, takeRepository } from './definitions.ts';
import { isLocked, mountRepository } from './storage.ts';

export type ReceiveOptions = {
  readonly print: (line: string) => void;
  readonly warn: (line: string) => void;
};

/** The server's half of `rdc repo push`: says what it needs. Nothing is changed. */
export async function planReceipt(name: string, { print }: ReceiveOptions): Promise<void> {
  requireRoot();
  const one = requireReady(await loadDefinition(name));
  await requireMounted(one);
  const request = readPushRequest(await readAll(process.stdin));
  const plan = await planFor(one, request);
  await refuse(one, plan, request);
  print(JSON.stringify(plan));
}

/** Takes what was asked for out of standard input, all or nothing. */
export async function receive(name: string, { print, warn }: ReceiveOptions): Promise<void> {
  await using taken = await takeRepository(name, warn);
  const { one } = taken;
  await requireMounted(one);
  const { incoming } = repositoryPlaces(one);
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { mode: 0o700 });
  try {
    const { head, rest } = await readPushStream(process.stdin);
    const request = readPushRequest(head);
    const plan = await planFor(one, request);
    await refuse(one, plan, request);
    await unpack(rest, incoming);
    await requireWhole(incoming, plan, request);
    await install(one, plan, request);
    for (const path of plan.kept) warn(`warning: ${path} was changed on the server, and stays`);
    const same = request.items.size - plan.bring.length - plan.make.length;
    print(
      `${plan.bring.length} files brought, ${plan.remove.length} removed, ${same} as they were: ${describeSize(plan.size)}`,
    );
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

/** What needs no key is mounted without a word. */
async function requireMounted(one: Definition): Promise<void> {
  if (await isLocked(one))
    throw new Refusal(
      'repository-not-mounted',
      `'${one.name}' is encrypted, and not mounted`,
      `Mount it: rdc repo up ${one.name} -m CONTEXT --mount --key-file FILE.`,
    );
  await mountRepository(one, undefined);
}

async function planFor(one: Definition, request: PushRequest): Promise<PushPlan> {
  const { files, pushed } = repositoryPlaces(one);
  const before = readPushed(await readText(pushed));
  const paths = new Set([...request.items.keys(), ...before.items.keys(), ...before.begun.keys()]);
  return planPush(request, before, await findItems(files, paths));
}

/** Before anything is changed. */
async function refuse(one: Definition, plan: PushPlan, { slots }: PushRequest): Promise<void> {
  const { files } = repositoryPlaces(one);
  refuseConflicts(plan);
  if (slots !== undefined) mergeSlots(await readText(slotsPath(recordOf(one))), slots);
  const { bavail, bsize } = await statfs(files);
  const free = bavail * bsize;
  if (plan.size > free)
    throw new Refusal(
      'repository-full',
      `${describeSize(plan.size)} are to be pushed into '${one.name}', where ${describeSize(free)} are free`,
      `Make it larger: rdc repo resize ${one.name} SIZE -m CONTEXT. Nothing was changed.`,
    );
}

async function unpack(archive: AsyncIterable<Buffer>, folder: string): Promise<void> {
  const argv = ['tar', '--extract', '--no-same-owner', '--directory', folder] as const;
  const child = start([...argv], { stdio: ['pipe', 'ignore', 'pipe'] });
  const { stdin, stderr } = child;
  if (stdin === null || stderr === null) throw new Error('tar has no input');
  const said = readAll(stderr);
  const ended = once(child, 'close');
  // One that ends early says why.
  stdin.on('error', () => {});
  for await (const chunk of archive)
    if (!stdin.write(chunk)) await Promise.race([once(stdin, 'drain'), ended]);
  stdin.end();
  const [code] = await ended;
  if (code !== 0)
    throw new Failure(
      'push-incomplete',
      'the files could not be taken over; nothing was changed',
      (await said).trim(),
    );
}

async function requireWhole(folder: string, { bring }: PushPlan, { items }: PushRequest): Promise<void> {
  for (const path of bring) {
    const one = items.get(path);
    if (one?.kind === 'file') await chmod(`${folder}/${path}`, one.mode).catch(() => {});
  }
  const there = await findItems(folder, bring);
  const wrong = bring.find((path) => !isSame(items.get(path), there.get(path)));
  if (wrong === undefined) return;
  throw new Failure(
    'push-incomplete',
    `${wrong} did not come as it was announced`,
    'Was it changed meanwhile? Push again: nothing was changed.',
  );
}

/** Written down before: what a push that is cut off has made is then known to be a push's. */
async function install(one: Definition, plan: PushPlan, { items, slots }: PushRequest): Promise<void> {
  const { files, incoming, pushed } = repositoryPlaces(one);
  const before = readPushed(await readText(pushed));
  await writeWhole(pushed, writePushed({ items: before.items, begun: items }), 0o600);
  for (const path of plan.remove) await remove(`${files}/${path}`);
  for (const path of [...plan.make].sort()) await make(`${files}/${path}`, items.get(path));
  for (const path of plan.bring) {
    if (await isOwnFolder(`${files}/${path}`)) await rmdir(`${files}/${path}`);
    await rename(`${incoming}/${path}`, `${files}/${path}`);
  }
  if (slots !== undefined) await changeSlots(recordOf(one), (own) => mergeSlots(own, slots));
  await writeWhole(pushed, writePushed({ items, begun: new Map() }), 0o600);
}

async function make(target: string, wanted: Item | undefined): Promise<void> {
  const isLink = wanted?.kind === 'link';
  const isFolder = await isOwnFolder(target);
  if (isFolder && isLink) await rmdir(target);
  if (!isFolder) await rm(target, { force: true });
  if (isLink) await symlink(wanted.target, target);
  else await mkdir(target, { recursive: true, mode: 0o755 });
}

/** Whether there is a folder, and not a link to one. */
async function isOwnFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** A folder stays when there is something in it that no push made. */
async function remove(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    if (!hasCode(error, 'ERR_FS_EISDIR', 'EISDIR', 'EPERM')) throw error;
    await rmdir(path).catch((reason) => {
      if (!hasCode(reason, 'ENOTEMPTY')) throw reason;
    });
  }
}
