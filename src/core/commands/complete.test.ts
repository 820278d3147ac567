import { expect, test } from 'vitest';
import { complete } from './complete.ts';
import type { CommandTree } from './tree.ts';

const leaf = (name: string, more: Partial<CommandTree> = {}): CommandTree => ({
  ...{ name, description: name, operands: [], options: [], examples: [], commands: [] },
  ...more,
});
const NAME = { name: 'name', description: '', isRequired: true, isVariadic: false };
const MACHINE = {
  flags: '-m, --machine <context>',
  names: ['-m', '--machine'],
  operand: 'context',
  description: 'the server',
};
const KIND = {
  flags: '--filesystem <name>',
  names: ['--filesystem'],
  operand: 'name',
  description: 'which',
  choices: ['ext4', 'btrfs'],
};
const PROGRAM = leaf('rdc', {
  options: [{ flags: '--verbose', names: ['--verbose'], description: 'more' }],
  commands: [
    leaf('rdc context', {
      commands: [
        leaf('rdc context show', { operands: [NAME] }),
        leaf('rdc context add', { operands: [NAME] }),
      ],
    }),
    leaf('rdc repo', {
      commands: [
        leaf('rdc repo up', {
          operands: [NAME],
          options: [MACHINE, { flags: '--mount', names: ['--mount'], description: 'mounts' }],
        }),
        leaf('rdc repo create', { operands: [NAME], options: [MACHINE, KIND] }),
        leaf('rdc repo logs', { operands: [NAME, { ...NAME, name: 'service' }], options: [MACHINE] }),
        leaf('rdc repo autostart', { operands: [NAME, { ...NAME, name: 'on|off' }] }),
      ],
    }),
  ],
});

const words = (line: string): string[] =>
  complete(PROGRAM, line.split(' ')).candidates.map(({ word }) => word);
const names = (line: string) => complete(PROGRAM, line.split(' ')).names;

test.each([
  ['', ['context', 'repo']],
  ['re', ['repo']],
  ['repo u', ['up']],
  ['repo up --', ['--machine', '--mount', '--verbose']],
  ['repo up my-app --mo', ['--mount']],
  ['repo create a --filesystem b', ['btrfs']],
  ['repo autostart a o', ['on', 'off']],
  ['repo up -- --', []],
  ['nothing ', ['context', 'repo']],
])('%s', (line, found) => {
  expect(words(line)).toEqual(found);
});

test('names are asked for where they belong', () => {
  expect(names('context show ')).toEqual({ kind: 'context', machine: undefined, operands: [] });
  expect(names('context add ')).toBeUndefined();
  expect(names('repo up -m ')).toEqual({ kind: 'context', machine: undefined, operands: [] });
  expect(names('repo up -m server-1 ')).toEqual({ kind: 'repository', machine: 'server-1', operands: [] });
  expect(names('repo logs --machine=server-1 app ')).toEqual({
    kind: 'service',
    machine: 'server-1',
    operands: ['app'],
  });
  expect(names('repo create -m server-1 ')).toBeUndefined();
});
