// Puts Traefik on the PATH unless one that is new enough is there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAtLeast, MINIMUM_TRAEFIK, readVersion } from '../src/core/repository/versions.ts';
import { type Architecture, TRAEFIK_SHA256, TRAEFIK_VERSION } from '../src/core/traefik/release.ts';
import { findExecutable } from '../src/edges/process.ts';
import { fetchTraefik } from '../src/edges/traefik-release.ts';

const DESTINATION = '/usr/local/bin/traefik';

function say(text: string): void {
  process.stdout.write(`setup: ${text}\n`);
}

function isThere(): boolean {
  if (findExecutable('traefik') === undefined) return false;
  const version = readVersion(execFileSync('traefik', ['version'], { encoding: 'utf8' }));
  return version?.startsWith('3.') === true && isAtLeast(version, MINIMUM_TRAEFIK);
}

function preparePip(line: string): void {
  say(line);
  try {
    execFileSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' });
  } catch {
    execFileSync('sh', ['scripts/packages', 'python3-pip'], { stdio: 'inherit' });
  }
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
    await fetchTraefik(architecture, join(work, 'traefik'), preparePip);
    install(join(work, 'traefik'));
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
