import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS_PAGE, renderCommandDocs } from '../scripts/command-docs.ts';
import { CAUSES } from '../src/core/certificates/causes.ts';
import { CAUSE_CODES } from '../src/core/explain/cause.ts';
import { problemCodes } from '../src/core/labels/problem.ts';
import { failureCodes, refusalCodes } from '../src/core/refusal.ts';

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
  expect(documentedCodes('Failures')).toEqual([...failureCodes]);
  expect(documentedCodes('Problems')).toEqual([...problemCodes]);
});

test('docs/explain.md has every cause that is neither a problem nor a certificate', () => {
  const table = read('docs/explain.md').split('## Causes\n')[1] ?? '';
  expect([...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code)).toEqual([...CAUSE_CODES]);
  const tried = [
    'test/explain/cases.ts',
    'test/live/explain-open.test.ts',
    'test/server/explain.test.ts',
    'src/core/explain/explain.test.ts',
  ]
    .map(read)
    .join('');
  expect(CAUSE_CODES.filter((code) => !tried.includes(`'${code}'`))).toEqual([]);
});

test('each row of common problems in the manual names codes that explain gives', () => {
  const table = read('docs/manual.md').split('| what you see |')[1]?.split('\n\n')[0] ?? '';
  const known = new Set<string>([...CAUSE_CODES, ...problemCodes, 'certificate-…']);
  const rows = table.split('\n').slice(2);
  expect(rows.length).toBeGreaterThan(5);
  for (const row of rows) {
    const codes = [...row.matchAll(/`([a-z-]+|certificate-…)`/g)].map(([, code = '']) => code);
    expect(codes.filter((code) => known.has(code))).not.toEqual([]);
    expect(codes.filter((code) => !known.has(code))).toEqual([]);
  }
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
  expect(
    [...refusalCodes, ...failureCodes, ...problemCodes].filter((code) => !text.includes(`'${code}'`)),
  ).toEqual([]);
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
