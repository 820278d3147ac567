import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browse, type Page } from '../../scripts/browse.ts';
import { type Bundle, loadBuiltImages } from '../../scripts/images.ts';
import type { RouteList } from '../../src/core/routes/route-list.ts';
import { get } from '../../src/edges/http.ts';
import { type Finished, run } from '../../src/edges/process.ts';

if (process.env['REDIACC_LAB'] !== '1') {
  throw new Error('live tests run in namespaces of their own: node scripts/test.ts live');
}

export const ROOT = join(import.meta.dirname, '../..');
/** The program under test: out of the checkout, or a build. */
export const RENET = process.env['REDIACC_RENET'] ?? join(ROOT, 'bin/renet');

/** A folder with repositories in it, and everything that runs for them. Removed, and stopped, at the end of the test. */
export type Lab = AsyncDisposable & {
  readonly folder: string;
  readonly runDir: string;
  readonly stateDir: string;
  /** Writes a repository, or files of one. */
  readonly write: (name: string, files: Readonly<Record<string, string>>) => string;
  readonly copyExample: (name: string, as?: string) => string;
  readonly renet: (
    args: readonly string[],
    options?: { cwd?: string; environment?: Record<string, string> },
  ) => Promise<Finished>;
  /** `renet compose -- …` in a repository; fails the test when it fails. */
  readonly compose: (name: string, ...args: string[]) => Promise<string>;
  readonly local: (...args: string[]) => Promise<Local>;
  readonly load: (networkId: number, bundle: Bundle) => Promise<void>;
};

/** A `renet local` that runs. */
export type Local = {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Ctrl-C. The exit code. */
  readonly stop: () => Promise<number | null>;
  readonly ended: Promise<number | null>;
};

export function createLab(): Lab {
  const folder = mkdtempSync(join(tmpdir(), 'rediacc-lab-'));
  chmodSync(folder, 0o755);
  const runDir = join(folder, 'run');
  const stateDir = join(folder, 'state');
  const locals: Local[] = [];
  const renet: Lab['renet'] = (args, { cwd = folder, environment = {} } = {}) =>
    run([RENET, `--run-dir=${runDir}`, ...args], { cwd, environment: { ...process.env, ...environment } });
  return {
    folder,
    runDir,
    stateDir,
    renet,
    write: (name, files) => {
      for (const [path, text] of Object.entries(files)) {
        const file = join(folder, name, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      return join(folder, name);
    },
    copyExample: (name, as = name) => {
      cpSync(join(ROOT, 'examples', name), join(folder, as), { recursive: true });
      return join(folder, as);
    },
    compose: async (name, ...args) => {
      const { code, stdout, stderr } = await renet(['compose', '--', ...args], {
        cwd: join(folder, name),
      });
      if (code !== 0)
        throw new Error(`renet compose -- ${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
      return stdout;
    },
    local: async (...args) => {
      const local = startLocal(folder, [`--run-dir=${runDir}`, 'local', `--state-dir=${stateDir}`, ...args]);
      locals.push(local);
      await until(
        () => `renet local is ready; it says: ${local.output()}`,
        () => local.output().includes('\nready'),
        local.ended,
      );
      return local;
    },
    load: (networkId, bundle) => loadBuiltImages(`${runDir}/docker-${networkId}.sock`, bundle, () => {}),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(locals.map((local) => local.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startLocal(cwd: string, args: readonly string[]): Local {
  const child = spawn(RENET, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '\n';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    ended,
    output: () => output,
    stop: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}

/** Waits for what has to become true; the time-out is a failure, not a pace. */
export async function until(
  what: string | (() => string),
  isTrue: () => boolean | Promise<boolean>,
  abort?: Promise<unknown>,
): Promise<void> {
  const end = Date.now() + 30_000;
  let aborted = false;
  void abort?.then(() => {
    aborted = true;
  });
  while (!(await isTrue())) {
    const described = typeof what === 'string' ? what : what();
    if (aborted) throw new Error(`it ended before: ${described}`);
    if (Date.now() > end) throw new Error(`not within 30 s: ${described}`);
    await sleep(20);
  }
}

/** Waits until a page answers with a status. */
export async function page(url: string, status = 200): Promise<Page> {
  let last: Page | undefined;
  await until(`${url} answers ${status}`, async () => {
    last = await browse(url).catch(() => undefined);
    return last?.status === status;
  });
  return last as Page;
}

export async function routerJson<T = Record<string, unknown>>(path: string, port = 7111): Promise<T> {
  return JSON.parse((await get({ host: '127.0.0.1', port }, path, 10_000)).body) as T;
}

export const routes = (): Promise<RouteList> => routerJson<RouteList>('/routes.json');
