import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { isObjectCurrent } from './bpf.ts';
import { inNamespaces } from './namespaces.ts';
import { hasGo } from './schema.ts';

/** What one or several checks came to: each that failed with its reason. */
export type Tally = { readonly passed: number; readonly failed: readonly string[] };

/** Of the file that vitest writes, what is read here. */
type Report = {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
};

const ROOT = join(import.meta.dirname, '..');
const BIN = join(ROOT, 'node_modules/.bin');
const REPORT = 'report.json';
const VITEST = [process.execPath, join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run'];

export function add(...tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.flatMap(({ failed }) => failed),
  };
}

function heading(text: string): void {
  process.stdout.write(`\n--- ${text}\n`);
}

/** A command that passes or fails as a whole. */
function command(title: string, file: string, ...args: string[]): Tally {
  heading(title);
  const { status } = spawnSync(file, args, { cwd: ROOT, stdio: 'inherit' });
  return status === 0 ? { passed: 1, failed: [] } : { passed: 0, failed: [title] };
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
  return isCurrent ? { passed: 1, failed: [] } : { passed: 0, failed: ['programs for the kernel'] };
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

/**
 * The tests of a project, counted one by one; a run that does not come to its end counts as a failure.
 *
 * @param output whether it is shown at once, or at the end, since others pass meanwhile
 */
export async function vitest(
  { project, namespaces, renet, files = [] }: VitestRun,
  output: 'at once' | 'at the end' = 'at once',
): Promise<Tally> {
  const title = `${project} tests${files.length === 0 ? '' : `: ${files.join(' ')}`}`;
  const work = mkdtempSync(join(tmpdir(), 'rediacc-tests-'));
  const argv = vitestCommand(project, work, files);
  const environment = renet === undefined ? {} : { REDIACC_RENET: renet };
  const [file = '', ...args] = namespaces ? inNamespaces(argv, environment) : argv;
  if (output === 'at once') heading(title);
  const log = join(work, 'log');
  const to = output === 'at once' ? undefined : openSync(log, 'w');
  const child = spawn(file, args, { cwd: ROOT, stdio: ['ignore', to ?? 'inherit', to ?? 'inherit'] });
  const [status] = await once(child, 'close');
  if (to !== undefined) {
    closeSync(to);
    heading(title);
    process.stdout.write(readFileSync(log));
  }
  return readTally(title, work, status);
}

/** Two at a time, in order. */
export async function inPairs(jobs: readonly (() => Promise<Tally>)[]): Promise<Tally> {
  const tallies: Tally[] = [];
  const left = jobs.values();
  const work = async (): Promise<void> => {
    for (const job of left) tallies.push(await job());
  };
  await Promise.all([work(), work()]);
  return add(...tallies);
}

function vitestCommand(project: string, work: string, files: readonly string[]): string[] {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${join(work, REPORT)}`];
  return [...VITEST, '--project', project, ...reporters, ...files];
}

function readTally(title: string, work: string, status: number | null): Tally {
  try {
    const report = JSON.parse(readFileSync(join(work, REPORT), 'utf8')) as Report;
    const failed = failures(report);
    const broken = status !== 0 && failed.length === 0 ? [`${title} ended with exit code ${status}`] : [];
    return { passed: report.numPassedTests, failed: [...failed, ...broken] };
  } catch {
    return { passed: 0, failed: [`${title} did not come to their end`] };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A file whose tests are not even begun counts as one. */
function failures({ testResults }: Report): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(ROOT, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0 && status === 'failed') return [`${file}\n${message}`];
    return failed.map((test) =>
      [`${file}: ${test.fullName}`, ...test.failureMessages.map(withoutStack)].join('\n'),
    );
  });
}

const withoutStack = (message: string): string => message.split('\n    at ', 1)[0] ?? '';

/** What needs no root, no daemon and no network. */
export async function check(): Promise<Tally> {
  return add(
    command('types', join(BIN, 'tsc')),
    command('types of the page', join(BIN, 'tsc'), '-p', 'page'),
    command('lint', join(BIN, 'biome'), 'check', '--error-on-warnings'),
    await vitest({ project: 'unit', namespaces: false }),
  );
}

/** The executables as they are shipped. */
export function build(): Tally {
  return command('build', process.execPath, 'scripts/build.ts');
}

/** The end of every run: what failed, however far above it was printed, and last the counts. The exit code. */
export function report({ passed, failed }: Tally): number {
  if (failed.length > 0) process.stdout.write('\n--- failed\n');
  for (const failure of failed) process.stdout.write(`${failure}\n`);
  process.stdout.write(`\n${passed} passed, ${failed.length} failed\n`);
  return failed.length === 0 ? 0 : 1;
}
