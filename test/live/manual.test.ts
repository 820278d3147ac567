import { join } from 'node:path';
import { expect, test } from 'vitest';
import { programs } from '../../scripts/command-docs.ts';
import { leavesOf } from '../../src/core/commands/tree.ts';
import { run } from '../../src/edges/process.ts';
import { ROOT } from './lab.ts';

test.each(['rdc', 'renet'])(
  'the manual page of %s is one that groff reads without a warning',
  async (name) => {
    const { stdout: page } = await run([join(ROOT, 'bin', name), 'man']);
    const { code, stdout, stderr } = await run(['groff', '-man', '-Tutf8', '-ww', '-P-cbou'], {
      input: page,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const text = stdout.replaceAll(/\s+/g, ' ');
    for (const { name: command } of programs()
      .filter((one) => one.name === name)
      .flatMap(leavesOf))
      expect(text).toContain(command);
    expect(text).toContain('EXIT STATUS 0 done');
  },
);

test('every command has an example, and says so in its help', async () => {
  const leaves = programs().flatMap(leavesOf);
  expect(leaves.length).toBeGreaterThan(60);
  expect(leaves.filter(({ examples }) => examples.length === 0).map(({ name }) => name)).toEqual([]);
  const [first] = leaves;
  const { stdout } = await run([join(ROOT, 'bin/renet'), 'compose', '--help']);
  expect(stdout).toContain(`  $ ${first?.examples[0]}`);
});
