import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Architecture } from '../src/core/traefik/release.ts';

const ROOT = join(import.meta.dirname, '..');
const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'rediacc');

type Packages = { readonly optionalDependencies: Readonly<Record<string, string>> };
type Lock = { readonly packages: Readonly<Record<string, { readonly integrity?: string }>> };

/**
 * The pinned Node for another processor, from its npm package.
 *
 * @returns where it lies in the user's cache; it is there whole or not at all
 */
export function nodeFor(architecture: Architecture): string {
  const name = `node-linux-${architecture}`;
  const version = readJson<Packages>('package.json').optionalDependencies[name];
  // A program made by one version of Node does not start in another.
  if (version !== process.versions.node)
    throw new Error(`this is Node ${process.versions.node}, but ${name} is pinned to ${version}`);
  const destination = join(CACHE, `node-${version}-${architecture}`);
  if (!existsSync(destination)) fetchNode(name, version, destination);
  return destination;
}

function fetchNode(name: string, version: string, destination: string): void {
  process.stdout.write(`getting ${name} ${version}\n`);
  mkdirSync(CACHE, { recursive: true });
  // Beside its destination, so that it can be moved there in one step.
  const work = mkdtempSync(join(CACHE, 'node-'));
  try {
    // Packed, not installed: then npm does not mind the processor, and runs no scripts.
    const options = ['--pack-destination', work, '--loglevel=error'];
    execFileSync('npm', ['pack', `${name}@${version}`, ...options], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const archive = join(work, `${name}-${version}.tgz`);
    verify(name, archive);
    execFileSync('tar', ['-xzf', archive, '-C', work, 'package/bin/node']);
    renameSync(join(work, 'package/bin/node'), destination);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** npm has compared the archive with what the registry says; this is with what the lock file says. */
function verify(name: string, archive: string): void {
  const expected = readJson<Lock>('package-lock.json').packages[`node_modules/${name}`]?.integrity;
  if (expected === undefined) return;
  const [algorithm = ''] = expected.split('-', 1);
  const found = `${algorithm}-${hash(algorithm, readFileSync(archive), 'base64')}`;
  if (found !== expected) throw new Error(`${name} is ${found}, but package-lock.json expects ${expected}`);
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as T;
}
