import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** Which rooms a file of a room may import from, beside its own. Sizes and cycles are held by the linter (biome.json). */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  bin: ['src/core', 'src/edges', 'src/rdc', 'src/renet', 'src/router'],
  'src/rdc': ['src/core', 'src/edges'],
  'src/renet': ['src/core', 'src/edges'],
  'src/router': ['src/core', 'src/edges'],
  'src/edges': ['src/core'],
  'src/core': ['schema'],
};

/** The same within core; its own files stand for the words that all share. */
const CORE_ARROWS: Readonly<Record<string, readonly string[]>> = {
  'src/core': [],
  'src/core/network': ['src/core'],
  'src/core/repository': ['src/core', 'src/core/network'],
  'src/core/compose': ['src/core', 'src/core/network', 'src/core/repository'],
  'src/core/labels': ['src/core', 'src/core/network', 'schema'],
  'src/core/rules': ['src/core'],
  'src/core/limits': ['src/core', 'src/core/network', 'src/core/labels'],
  'src/core/claims': ['src/core', 'src/core/network', 'src/core/labels', 'src/core/rules'],
  'src/core/certificates': ['src/core', 'src/core/claims'],
  'src/core/dns': ['src/core'],
  'src/core/routes': [
    'src/core',
    'src/core/network',
    'src/core/labels',
    'src/core/rules',
    'src/core/limits',
    'src/core/claims',
    'src/core/certificates',
  ],
  'src/core/traefik': ['src/core', 'src/core/network', 'src/core/labels', 'src/core/routes'],
  'src/core/isolation': ['src/core', 'src/core/network', 'src/core/repository'],
  'src/core/infra': [
    'src/core',
    'src/core/network',
    'src/core/repository',
    'src/core/traefik',
    'src/core/isolation',
  ],
  'src/core/deploy': [
    'src/core',
    'src/core/network',
    'src/core/repository',
    'src/core/compose',
    'src/core/rules',
    'src/core/routes',
    'src/core/traefik',
    'src/core/infra',
  ],
  'src/core/commands': ['src/core'],
  'src/core/status': ['src/core', 'src/core/labels', 'src/core/certificates', 'src/core/routes'],
  'src/core/doctor': [
    'src/core',
    'src/core/repository',
    'src/core/labels',
    'src/core/certificates',
    'src/core/dns',
    'src/core/infra',
  ],
  'src/core/explain': [
    'src/core',
    'src/core/network',
    'src/core/repository',
    'src/core/compose',
    'src/core/labels',
    'src/core/rules',
    'src/core/claims',
    'src/core/certificates',
    'src/core/dns',
    'src/core/routes',
    'src/core/traefik',
    'src/core/infra',
    'src/core/deploy',
  ],
};

/** Libraries that do no I/O. */
const PURE = new Set(['jsonc-parser', 'yaml', 'zod/mini']);

const ROOT = join(import.meta.dirname, '..');

function sourceFiles(): string[] {
  return ['bin', 'src'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => join(folder, name)),
  );
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) =>
    name.startsWith('.') ? normalize(join(dirname(file), name)) : name,
  );
}

function roomOf(path: string, rooms: readonly string[]): string | undefined {
  return rooms.filter((room) => path.startsWith(`${room}/`)).sort((a, b) => b.length - a.length)[0];
}

function wrongArrows(
  arrows: Readonly<Record<string, readonly string[]>>,
  imports: readonly (readonly [string, string])[],
): string[] {
  const rooms = [...Object.keys(arrows), 'schema'];
  return imports.flatMap(([file, target]) => {
    const from = roomOf(file, rooms);
    const to = roomOf(target, rooms);
    if (from === undefined || to === undefined || from === to || arrows[from]?.includes(to)) return [];
    return [`${file} imports ${target}`];
  });
}

const all = sourceFiles().flatMap((file) => importsOf(file).map((target) => [file, target] as const));
const core = all.filter(([file]) => file.startsWith('src/core/'));

test('rooms import each other in one direction', () => {
  expect(all.length).toBeGreaterThan(100);
  expect(wrongArrows(ARROWS, all)).toEqual([]);
  expect(wrongArrows(CORE_ARROWS, core)).toEqual([]);
});

test('core does no I/O', () => {
  const outside = core.filter(
    ([, target]) => !target.startsWith('src/') && !target.startsWith('schema/') && !PURE.has(target),
  );
  expect(outside).toEqual([]);
});

test('a wrong arrow would be seen', () => {
  expect(wrongArrows(ARROWS, [['src/edges/x.ts', 'src/renet/y.ts']])).toHaveLength(1);
  expect(wrongArrows(CORE_ARROWS, [['src/core/network/x.ts', 'src/core/labels/y.ts']])).toHaveLength(1);
});
