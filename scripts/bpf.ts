// npm run bpf: compiles bpf/isolation.bpf.c anew. Its bytes depend on the compiler, so they are compared only with those of one:
// Debian 12's clang, which this installs there.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OBJECT } from '../src/edges/bpf.ts';

const ROOT = join(import.meta.dirname, '..');
const KEPT = join(ROOT, 'bpf', OBJECT);
/** The compiler whose work is kept in the tree. */
const COMPILER = '14.0.6';

/** The version of the clang of this machine; undefined: there is none. */
function clangVersion(): string | undefined {
  const { stdout } = spawnSync('clang', ['--version'], { encoding: 'utf8' });
  return /version (\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1];
}

/** Compiles the programs; bpftool leaves what a debugger would need out. */
function compile(output: string): void {
  const machine = execFileSync('uname', ['-m'], { encoding: 'utf8' }).trim();
  const headers = `-I/usr/include/${machine}-linux-gnu`;
  const raw = `${output}.raw`;
  // Names of sources are part of the object, and must not say where this checkout is.
  const source = 'bpf/isolation.bpf.c';
  const names = '-fdebug-compilation-dir=.';
  const argv = ['-O2', '-g', names, '-Wall', '-Werror', '-target', 'bpf', headers, '-c', source, '-o', raw];
  execFileSync('clang', argv, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  execFileSync('bpftool', ['gen', 'object', output, raw], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Whether the object in the tree is what its source compiles to; undefined: this machine has another compiler. */
export function isObjectCurrent(): boolean | undefined {
  if (clangVersion() !== COMPILER) return undefined;
  const work = mkdtempSync(join(tmpdir(), 'rediacc-bpf-'));
  try {
    const fresh = join(work, OBJECT);
    compile(fresh);
    return readFileSync(fresh).equals(readFileSync(KEPT));
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Makes the object anew where it can be done, and says whether it did. */
export function makeObject(): boolean {
  if (clangVersion() !== COMPILER) return false;
  const work = mkdtempSync(join(tmpdir(), 'rediacc-bpf-'));
  try {
    const fresh = join(work, OBJECT);
    compile(fresh);
    copyFileSync(fresh, KEPT);
    return true;
  } finally {
    rmSync(work, { recursive: true });
  }
}

if (import.meta.main) {
  const isMade = makeObject();
  process.stdout.write(
    isMade ? `${KEPT}\n` : `the object is made by clang ${COMPILER} alone, which is not here\n`,
  );
  process.exitCode = isMade ? 0 : 1;
}
