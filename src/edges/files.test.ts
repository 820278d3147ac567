import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeWhole } from './files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('what a killed writer left beside a file goes with the next write, and what somebody writes now stays', async () => {
  const old = ['a.json.0123456789ab.new', 'a.json.new', 'b.json.0123456789ab.new'];
  for (const name of old) {
    await writeFile(join(folder, name), 'half');
    await utimes(join(folder, name), 1, 1);
  }
  await writeFile(join(folder, 'a.json.ba9876543210.new'), 'half');
  await writeWhole(join(folder, 'a.json'), 'whole');
  expect((await readdir(folder)).sort()).toEqual([
    'a.json',
    'a.json.ba9876543210.new',
    'a.json.new',
    'b.json.0123456789ab.new',
  ]);
});
