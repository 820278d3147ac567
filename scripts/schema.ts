// npm run schema: says whether schema/traefik-labels.json is what its generator makes.
// npm run schema -- v3.8.0: takes another version of Traefik, and writes it anew. Needs Go.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../schema');
const FILE = join(FOLDER, 'traefik-labels.json');
const TRAEFIK = 'github.com/traefik/traefik/v3';
/** A module inside Traefik's, which its releases do not carry: a folder of ours stands in. */
const EXTENSION = 'github.com/traefik/traefik/dynamic/ext';

function go(...args: string[]): string {
  return execFileSync('go', args, { cwd: FOLDER, encoding: 'utf8', maxBuffer: 1 << 26 });
}

type Module = { Path: string; Version?: string };
type GoMod = { Replace?: { Old: Module; New: Module }[]; Exclude?: Module[] };

const at = ({ Path, Version }: Module): string => (Version === undefined ? Path : `${Path}@${Version}`);

/** What a dependency replaces and excludes is ignored by Go, so it is said again. */
function take(version: string): void {
  const { GoMod: file } = JSON.parse(go('mod', 'download', '-json', `${TRAEFIK}@${version}`)) as {
    GoMod: string;
  };
  const own = JSON.parse(go('mod', 'edit', '-json')) as GoMod;
  const theirs = JSON.parse(go('mod', 'edit', '-json', file)) as GoMod;
  const edits = [
    ...(own.Replace ?? []).map(({ Old }) => `-dropreplace=${at(Old)}`),
    ...(own.Exclude ?? []).map((one) => `-dropexclude=${at(one)}`),
    ...(theirs.Replace ?? []).map(
      ({ Old, New }) => `-replace=${at(Old)}=${Old.Path === EXTENSION ? './ext' : at(New)}`,
    ),
    ...(theirs.Exclude ?? []).map((one) => `-exclude=${at(one)}`),
  ];
  go('mod', 'edit', `-require=${TRAEFIK}@${version}`, ...edits);
  go('mod', 'tidy');
}

export function hasGo(): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, 'go')));
}

/** What has changed, as `diff -u` shows it; empty when the checked-in schema is the generator's. */
export function compareSchema(): string {
  const { stdout } = spawnSync('diff', ['-u', FILE, '-'], { input: go('run', '.'), encoding: 'utf8' });
  return stdout;
}

if (import.meta.main) {
  const [version] = process.argv.slice(2);
  if (version !== undefined) {
    take(version);
    writeFileSync(FILE, go('run', '.'));
    process.stdout.write(`schema/traefik-labels.json is of Traefik ${version} now: read the difference\n`);
  } else {
    const changed = compareSchema();
    process.stdout.write(changed || 'the schema is what its generator makes\n');
    process.exitCode = changed === '' ? 0 : 1;
  }
}
