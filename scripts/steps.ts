import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isObjectCurrent } from './bpf.ts';
import { inNamespaces, runInNamespaces } from './namespaces.ts';
import { hasGo } from './schema.ts';

/** What one or several checks came to. */
export type Tally = { readonly passed: number; readonly failed: number };

const ROOT = join(import.meta.dirname, '..');
const BIN = join(ROOT, 'node_modules/.bin');
const REPORT = 'report.json';
const VITEST = [process.execPath, join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run'];

export function add(...tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function heading(text: string): void {
  process.stdout.write(`\n--- ${text}\n`);
}

/** A command that passes or fails as a whole. */
function command(title: string, file: string, ...args: string[]): Tally {
  heading(title);
  const { status } = spawnSync(file, args, { cwd: ROOT, stdio: 'inherit' });
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Whether the schema of labels is what its generator makes; where there is no Go nobody can say. */
export function schema(): Tally {
  if (hasGo()) return command('schema', process.execPath, join(ROOT, 'scripts/schema.ts'));
  process.stdout.write(
    '\nthere is no Go: the schema of labels is not compared with what its generator makes\n',
  );
  return add();
}

/** Whether the programs for the kernel are what their source compiles to; only the compiler that made them can tell. */
export function object(): Tally {
  heading('programs for the kernel');
  const isCurrent = isObjectCurrent();
  if (isCurrent === undefined) {
    process.stdout.write(
      'this machine has another compiler than the one that made them: they are not compared\n',
    );
    return add();
  }
  process.stdout.write(
    isCurrent ? 'as their source says\n' : 'not as their source says: npm run build makes them anew\n',
  );
  return isCurrent ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

export type VitestRun = {
  /** Of vitest.config.ts. */
  readonly project: string;
  /** In namespaces without a network. */
  readonly namespaces: boolean;
  /** The program under test; the one of the checkout if none is named. */
  readonly renet?: string;
  /** Words that the files' names must have one of. */
  readonly files?: readonly string[];
};

/** The tests of a project, counted one by one; a run that does not come to its end counts as a failure. */
export function vitest({ project, namespaces, renet, files = [] }: VitestRun): Tally {
  heading(`${project} tests`);
  const work = mkdtempSync(join(tmpdir(), 'rediacc-tests-'));
  const argv = vitestCommand(project, work, files);
  const status = namespaces
    ? runInNamespaces(argv, renet === undefined ? {} : { REDIACC_RENET: renet })
    : spawnSync(argv[0] ?? '', argv.slice(1), { cwd: ROOT, stdio: 'inherit' }).status;
  return readTally(work, status);
}

/** The same beside others, which are waited for first: what it prints is shown at its end. */
export function vitestAside({ project, namespaces, files = [] }: VitestRun): () => Promise<Tally> {
  const work = mkdtempSync(join(tmpdir(), 'rediacc-tests-'));
  const argv = vitestCommand(project, work, files);
  const [file = '', ...args] = namespaces ? inNamespaces(argv) : argv;
  const log = join(work, 'log');
  const output = openSync(log, 'w');
  const child = spawn(file, args, { cwd: ROOT, stdio: ['ignore', output, output] });
  const ended = once(child, 'close');
  return async () => {
    const [status] = await ended;
    heading(`${project} tests`);
    process.stdout.write(readFileSync(log));
    return readTally(work, status);
  };
}

function vitestCommand(project: string, work: string, files: readonly string[]): string[] {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${join(work, REPORT)}`];
  return [...VITEST, '--project', project, ...reporters, ...files];
}

function readTally(work: string, status: number | null): Tally {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(join(work, REPORT), 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests === 0 && status !== 0 ? 1 : numFailedTests };
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What needs no root, no daemon and no network. */
export function check(): Tally {
  return add(
    command('types', join(BIN, 'tsc')),
    command('types of the page', join(BIN, 'tsc'), '-p', 'page'),
    command('lint', join(BIN, 'biome'), 'check', '--error-on-warnings'),
    vitest({ project: 'unit', namespaces: false }),
  );
}

/** The executables as they are shipped. */
export function build(): Tally {
  return command('build', process.execPath, 'scripts/build.ts');
}

/** The last line of every run. The exit code. */
export function report({ passed, failed }: Tally): number {
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}
