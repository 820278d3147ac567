import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS_PAGE, renderCommandDocs } from '../scripts/command-docs.ts';
import { CAUSES } from '../src/core/certificates/causes.ts';
import { problemCodes } from '../src/core/labels/problem.ts';
import { refusalCodes } from '../src/core/refusal.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => [name, read(`src/${name}`)] as const);

/** The codes in the tables of a section of docs/errors.md. */
function documentedCodes(section: string): string[] {
  const text = read('docs/errors.md').split(`## ${section}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code = '']) => code);
}

test('docs/errors.md has every code, and no other', () => {
  expect(documentedCodes('Refusals')).toEqual([...refusalCodes]);
  expect(documentedCodes('Problems')).toEqual([...problemCodes]);
});

test('docs/certificates.md has every cause', () => {
  const table = read('docs/certificates.md').split('## Why there is none\n')[1]?.split('\n## ')[0] ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  const told = rows.flatMap((line) =>
    [...(line.split(' | ')[0] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, code]) => code),
  );
  expect(told.sort()).toEqual([...CAUSES.map(({ code }) => code), 'unknown'].sort());
});

test('every code is used', () => {
  const text = sources
    .filter(([name]) => name !== 'core/refusal.ts' && name !== 'core/labels/problem.ts')
    .map(([, source]) => source)
    .join('');
  expect([...refusalCodes, ...problemCodes].filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});

test('docs/commands.md is made from the commands: node scripts/command-docs.ts', () => {
  expect(readFileSync(COMMANDS_PAGE, 'utf8')).toBe(renderCommandDocs());
});

test('links between pages lead somewhere', () => {
  const pages = [
    'README.md',
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    ...readdirSync(join(ROOT, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)]
      .map(([, link = '']) => join(page, '..', link))
      .filter((path) => !exists(path))
      .map((path) => `${page}: ${path}`),
  );
  expect(broken).toEqual([]);
});

function exists(path: string): boolean {
  try {
    readFileSync(join(ROOT, path));
    return true;
  } catch {
    return false;
  }
}
