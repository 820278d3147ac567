// npm run build: rdc and renet as single executables, each with Node in it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

/** Bundles a program, and puts the bundle into a copy of the Node that runs this (nodejs.org/api/single-executable-applications.html). */
async function buildProgram(name: string): Promise<void> {
  const bundle = join(DIST, `${name}.cjs`);
  await build({
    entryPoints: [join(ROOT, 'bin', `${name}.ts`)],
    outfile: bundle,
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    format: 'cjs',
    // jsonc-parser's CommonJS half cannot be bundled.
    mainFields: ['module', 'main'],
    target: `node${process.versions.node}`,
    define: { REDIACC_VERSION: JSON.stringify(version), 'import.meta.url': '""' },
    logLevel: 'warning',
  });
  const config = join(DIST, `${name}.sea.json`);
  const output = join(DIST, name);
  writeFileSync(
    config,
    JSON.stringify({ main: bundle, output, disableExperimentalSEAWarning: true, useCodeCache: true }),
  );
  execFileSync(process.execPath, ['--build-sea', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  rmSync(config);
  rmSync(bundle);
  process.stdout.write(`${output}  ${(statSync(output).size / 1e6).toFixed(0)} MB\n`);
}

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);
for (const name of ['rdc', 'renet']) await buildProgram(name);
