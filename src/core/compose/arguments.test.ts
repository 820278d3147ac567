import { describe, expect, test } from 'vitest';
import {
  createsContainers,
  needsProject,
  reachOf,
  readComposeArguments,
  readOperands,
  readScale,
  writeComposeArguments,
} from './arguments.ts';

const read = (line: string) => readComposeArguments(line.split(' '));

describe('taking docker compose arguments apart', () => {
  test('options before the command, in every spelling', () => {
    const args = read(
      '-f a.yml --file=b.yml -fc.yml -f=d.yml --profile dev -p=x --project-directory sub --dry-run up -d',
    );
    expect(args).toEqual({
      files: ['a.yml', 'b.yml', 'c.yml', 'd.yml'],
      options: ['--profile', 'dev', '-p=x', '--project-directory', 'sub', '--dry-run'],
      envFiles: [],
      projectDirectory: 'sub',
      command: 'up',
      rest: ['-d'],
    });
  });

  test('what follows the command is not looked at', () => {
    expect(read('--env-file=.env.prod exec -T web sh -c -f -- up')).toMatchObject({
      envFiles: ['.env.prod'],
      command: 'exec',
      rest: ['-T', 'web', 'sh', '-c', '-f', '--', 'up'],
    });
  });

  test('the line is put together again with other files', () => {
    const args = read('-p x -f a.yml --ansi never run --rm web sh');
    expect(writeComposeArguments(args, ['a.yml', '/o.yml'])).toEqual(
      'compose -p x --ansi never -f a.yml -f /o.yml run --rm web sh'.split(' '),
    );
  });

  test('standard input as a file is refused', () => {
    expect(() => read('-f - up')).toThrow(/can be read only once/);
  });

  test.each(['', '--help', '--version', 'version', 'ls -a', 'help up', 'up --help'])(
    "'%s' needs no project",
    (line) => {
      expect(needsProject(readComposeArguments(line.split(' ').filter(Boolean)))).toBe(false);
    },
  );

  test.each([
    ['up -d', 'all'],
    ['build', 'all'],
    ['restart web', 'all'],
    ['down', 'hooks'],
    ['stop web', 'hooks'],
    ['ps', 'nothing'],
    ['config', 'nothing'],
  ])("'%s' puts to use of a compose file: %s", (line, reach) => {
    expect(reachOf(read(line))).toBe(reach);
  });

  test.each([
    ['up -d --scale web=1 web .db', ['web', '.db']],
    ['scale web=2 db=1', ['web', 'db']],
    ['run --rm -v /a:/b web sh -c x/y', ['web', 'sh']],
  ])("what may be services in '%s'", (line, names) => {
    expect(readOperands(read(line))).toEqual(names);
  });

  test.each([
    ['up -d', true],
    ['run web', true],
    ['ps', false],
    ['logs -f', false],
  ])("'%s' makes containers: %s", (line, makes) => {
    expect(needsProject(read(line))).toBe(true);
    expect(createsContainers(read(line))).toBe(makes);
  });
});

test.each([
  ['up -d --scale web=2 --scale=db=0', { web: 2, db: 0 }],
  ['scale web=3 db=1', { web: 3, db: 1 }],
  ['scale --no-deps web=3', { web: 3 }],
  ['up web=2', {}],
])("'%s' scales %j", (line, expected) => {
  expect(Object.fromEntries(readScale(read(line)))).toEqual(expected);
});
