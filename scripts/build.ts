// npm run build [-- arm64|x64]: rdc and renet as single executables, each with Node in it; with an argument also for that processor.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Architecture } from '../src/core/traefik/release.ts';
import { OBJECT } from '../src/edges/bpf.ts';
import { PAGE_FILES } from '../src/edges/page.ts';
import { makeObject } from './bpf.ts';
import { nodeFor } from './node-for.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

/** Another processor, and the Node for it. */
type Other = { readonly architecture: Architecture; readonly node: string };

/** Bundles a program, and puts the bundle into this machine's Node and those of other processors. */
async function buildProgram(name: string, others: readonly Other[]): Promise<void> {
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
  buildExecutable(bundle, join(DIST, name));
  for (const { architecture, node } of others)
    buildExecutable(bundle, join(DIST, `${name}-${architecture}`), node);
  rmSync(bundle);
}

/**
 * nodejs.org/api/single-executable-applications.html
 *
 * @param foreign Node of another processor, of the version that runs this
 */
function buildExecutable(main: string, output: string, foreign?: string): void {
  const config = `${output}.sea.json`;
  const pages = PAGE_FILES.map((file) => [file, join(ROOT, 'page', file)]);
  const assets = { [OBJECT]: join(ROOT, 'bpf', OBJECT), ...Object.fromEntries(pages) };
  // Compiled code is of this processor.
  const node = foreign === undefined ? { useCodeCache: true } : { useCodeCache: false, executable: foreign };
  writeFileSync(
    config,
    JSON.stringify({
      main,
      output,
      assets,
      disableExperimentalSEAWarning: true,
      useSnapshot: false,
      ...node,
    }),
  );
  execFileSync(process.execPath, ['--build-sea', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  rmSync(config);
  process.stdout.write(`${output}  ${(statSync(output).size / 1e6).toFixed(0)} MB\n`);
}

const isArchitecture = (word: string): word is Architecture => word === 'arm64' || word === 'x64';

const words = process.argv.slice(2);
if (words.every(isArchitecture)) {
  const others = words
    .filter((word) => word !== process.arch)
    .map((architecture) => ({ architecture, node: nodeFor(architecture) }));
  // What was built for another processor before is of other sources, and rdc would not know it.
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST);
  makeObject();
  for (const name of ['rdc', 'renet']) await buildProgram(name, others);
} else {
  process.stderr.write('usage: npm run build [-- arm64|x64]\n');
  process.exitCode = 2;
}
