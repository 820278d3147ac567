import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { COMPOSE_FILE_NAMES } from '../../core/compose/files.ts';
import {
  callsOf,
  type FunctionCall,
  functionCommand,
  functionEnvironment,
  NO_FUNCTION,
  type Ownership,
  pathsOfRediaccfiles,
  REDIACCFILE,
  type Rediaccfiles,
  requireRootOwned,
  requireUnwritable,
} from '../../core/deploy/rediaccfile.ts';
import { Failure, Refusal } from '../../core/refusal.ts';
import type { Definition } from '../../core/repository/definition.ts';
import { recordOf, repositoryPlaces, repositoryUnits } from '../../core/repository/places.ts';
import { readText, realPath } from '../../edges/files.ts';
import { type Environment, run, start } from '../../edges/process.ts';
import { findRediaccfiles } from '../rediaccfiles.ts';
import { knownAddresses } from '../service-addresses.ts';

export type RunOptions = {
  /** Gets what functions print, line by line. */
  readonly print: (line: string) => void;
  /** The longest that one function may take, in seconds. */
  readonly timeout: number;
};

/** Functions that have been called, with what became of them. */
export type Called = {
  /** As people name it: `my-app: up()`. */
  readonly title: string;
  readonly seconds: number;
  /** Why it failed. */
  readonly failure?: string;
};

/** What a repository defines for a verb, once it is sure that root may run it. */
export async function findCalls(one: Definition, verb: 'up' | 'down'): Promise<FunctionCall[]> {
  const { files } = repositoryPlaces(one);
  const found = await findRediaccfiles(files);
  const calls = callsOf(verb, found);
  if (calls.length === 0)
    throw new Refusal(
      'repository-empty',
      `there is neither a Rediaccfile nor a compose file in '${one.name}' (${files})`,
      `Bring them there: rdc repo push FOLDER ${one.name} -m CONTEXT.`,
    );
  const paths = [files, ...found.folders.map((folder) => `${files}/${folder}`)];
  // Who writes a compose file has the machine's files mounted.
  const scripts = paths.flatMap((path) =>
    [REDIACCFILE, ...COMPOSE_FILE_NAMES].map((name) => `${path}/${name}`),
  );
  const owned = await Promise.all([...paths, ...scripts].map(readOwnership));
  requireRootOwned(owned.flat());
  await requireUnwritten(one, found);
  return calls;
}

/** Links among them count by where they are, and by where they lead. */
async function requireUnwritten(one: Definition, found: Rediaccfiles): Promise<void> {
  const { files, writable } = repositoryPlaces(one);
  const paths = ((await readText(writable)) ?? '').split('\n').filter((line) => line !== '');
  const scripts = pathsOfRediaccfiles(await realPath(files), found);
  const real = await Promise.all(scripts.map((script) => realPath(script)));
  requireUnwritable([...scripts, ...real], { list: writable, paths }, one.permissions ?? []);
}

async function readOwnership(path: string): Promise<Ownership[]> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? [] : [{ path, uid: found.uid, mode: found.mode }];
}

/**
 * Calls one after the other. The repository's own `prep` and `up` must work; what fails in a folder is told, and the rest goes on, as
 * `down` does whatever happens.
 */
export async function runCalls(
  one: Definition,
  calls: readonly FunctionCall[],
  options: RunOptions,
): Promise<Called[]> {
  const called: Called[] = [];
  const unprepared = new Set<string | undefined>();
  for (const call of calls) {
    if (unprepared.has(call.folder)) continue;
    const done = await runCall(one, call, options);
    if (done === undefined) continue;
    called.push(done);
    if (done.failure === undefined) continue;
    if (call.folder === undefined && call.name !== 'down')
      throw new Failure('function-failed', done.failure, 'It is not up.');
    unprepared.add(call.folder);
  }
  return called;
}

async function runCall(
  one: Definition,
  call: FunctionCall,
  { print, timeout }: RunOptions,
): Promise<Called | undefined> {
  const { files } = repositoryPlaces(one);
  const { scope } = repositoryUnits(one.networkId);
  const label = call.folder === undefined ? one.name : `${one.name}/${call.folder}`;
  const record = recordOf(one);
  const begin = performance.now();
  // One that a renet which was killed has left would do its work beside this one.
  await run(['systemctl', 'stop', scope]);
  const { code, isLate } = await runInScope({
    argv: functionCommand(call, scope),
    cwd: call.folder === undefined ? files : `${files}/${call.folder}`,
    environment: functionEnvironment(record, await knownAddresses(record)),
    scope,
    timeout,
    onLine: (line) => print(`${label} | ${line}`),
  });
  if (code === NO_FUNCTION) return undefined;
  const title = `${label}: ${call.name}()`;
  const seconds = (performance.now() - begin) / 1000;
  if (isLate) return { title, seconds, failure: `${title} has not ended in ${timeout} s (--timeout)` };
  return code === 0
    ? { title, seconds }
    : { title, seconds, failure: `${title} failed with exit code ${code}` };
}

type InScope = {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Environment;
  readonly scope: string;
  readonly timeout: number;
  readonly onLine: (line: string) => void;
};

async function runInScope(options: InScope): Promise<{ code: number; isLate: boolean }> {
  const { argv, cwd, environment, scope, timeout, onLine } = options;
  const child = start(argv, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    if (stream !== null) createInterface(stream).on('line', onLine);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void run(['systemctl', 'stop', scope]);
  }, timeout * 1000);
  const closed = once(child, 'close');
  const [code] = await once(child, 'exit');
  clearTimeout(timer);
  // Whatever it has left in the background would hold its output open.
  await run(['systemctl', 'stop', scope]);
  await closed;
  return { code: code ?? 1, isLate };
}
