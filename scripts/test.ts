// npm test [-- --long] [-- live|server WORD…]: everything that is promised, on real parts. With 'live' or 'server' only the tests of
// that kind whose files have one of the words in their names.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isRootOrRunAgain } from './become-root.ts';
import { prepareImages } from './images.ts';
import { prepareServers } from './servers.ts';
import {
  add,
  build,
  check,
  inPairs,
  object,
  report,
  schema,
  type Tally,
  type VitestRun,
  vitest,
} from './steps.ts';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isLong = process.argv.includes('--long');

/** Beforehand, as the live tests have no network to get anything from. */
async function prepareLiveTests(): Promise<void> {
  execFileSync(
    'sh',
    [join(import.meta.dirname, 'packages'), 'procps', 'openssl', 'curl', 'zsh', 'fish', 'groff'],
    {
      stdio: 'inherit',
    },
  );
  execFileSync('sh', [join(import.meta.dirname, 'chromium')], { stdio: ['ignore', 'ignore', 'inherit'] });
  await prepareImages((text) => process.stdout.write(`${text}\n`));
  const other = execFileSync('sh', [join(import.meta.dirname, 'other-docker')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (other.length > 0) process.env['REDIACC_OTHER_DOCKER'] = String(other).trim();
  else process.stdout.write('only the Docker of this machine is tested\n');
}

async function live(files: readonly string[]): Promise<Tally> {
  await prepareLiveTests();
  return vitest({ project: 'live', namespaces: true, files });
}

/** rdc and the servers that it sets up. */
async function server(files: readonly string[]): Promise<Tally> {
  await prepareServerTests();
  return vitest({ project: 'server', namespaces: true, files });
}

async function prepareServerTests(): Promise<void> {
  prepareServers();
  await prepareImages((text) => process.stdout.write(`${text}\n`));
}

/** Debian 12's clang is the one that made the programs for the kernel. */
function prepareCompiler(): void {
  if (!readFileSync('/etc/os-release', 'utf8').includes('VERSION_ID="12"')) return;
  const packages = ['clang', 'libbpf-dev', 'linux-libc-dev'];
  execFileSync('sh', [join(import.meta.dirname, 'packages'), ...packages], { stdio: 'inherit' });
}

/** The long forms: sets of labels for each way of reading them instead of five hundred, and a soak of five minutes instead of half a one. */
const LONG = { REDIACC_LONG: '1', REDIACC_FUZZ_RUNS: '5000', REDIACC_SOAK_SECONDS: '300' };

const SERVER_TESTS = 'test/server';

/** The files of the tests with servers, the long ones first. */
function serverTests(): string[] {
  const folder = join(import.meta.dirname, '..', SERVER_TESTS);
  const size = (name: string): number => statSync(join(folder, name)).size;
  const names = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  return names.sort((a, b) => size(b) - size(a)).map((name) => `${SERVER_TESTS}/${name}`);
}

async function all(): Promise<Tally> {
  prepareCompiler();
  const checked = add(await check(), object(), build(), ...(isLong ? [schema()] : []));
  if (isLong) process.env = { ...LONG, ...process.env };
  await prepareLiveTests();
  await prepareServerTests();
  const renet = join(import.meta.dirname, '../dist/renet');
  const machines = isLong ? [] : ['debian-13'];
  // Two at a time, as they mostly wait: one after the other they take half an hour.
  const jobs: VitestRun[] = [
    { project: 'live', namespaces: true, renet },
    ...serverTests().map((file) => ({ project: 'server', namespaces: true, files: [file] })),
    { project: 'machine', namespaces: false, files: machines },
  ];
  return add(checked, await inPairs(jobs.map((job) => () => vitest(job, 'at the end'))));
}

if (isRootOrRunAgain()) {
  const [kind, ...files] = words;
  if (kind === 'live') process.exitCode = report(await live(files));
  else if (kind === 'server') process.exitCode = report(add(build(), await server(files)));
  else process.exitCode = report(await all());
}
