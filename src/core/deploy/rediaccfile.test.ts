import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import {
  callsOf,
  type FunctionCall,
  functionCommand,
  functionEnvironment,
  NO_FUNCTION,
  pathsOfRediaccfiles,
  requireRootOwned,
  requireUnwritable,
} from './rediaccfile.ts';

const titles = (calls: readonly FunctionCall[]): string[] =>
  calls.map(({ name, folder = '.' }) => `${folder} ${name}`);

test('its own folder is first, and the last to go down', () => {
  const files = { names: ['Rediaccfile', 'compose.yml'], folders: ['web', 'mail'] };
  expect(titles(callsOf('up', files))).toEqual([
    ...['. prep', 'mail prep', 'web prep', '. up', 'mail up', 'web up'],
  ]);
  expect(titles(callsOf('down', files))).toEqual(['web down', 'mail down', '. down']);
});

test('a compose file alone is enough, and nothing is nothing', () => {
  const bare = callsOf('up', { names: ['compose.yaml'], folders: [] });
  expect(bare.at(-1)?.source).toContain('renet compose -- up -d');
  expect(callsOf('up', { names: ['notes.txt'], folders: [] })).toEqual([]);
  expect(titles(callsOf('down', { names: ['compose.yml'], folders: ['web'] }))).toEqual(['web down']);
});

/** What bash makes of a function, without systemd. */
function call(name: FunctionCall['name'], source: string): { code: number; output: string } {
  const argv = functionCommand({ name, folder: undefined, source }, 'any.scope');
  const [file = '', ...args] = argv.slice(argv.indexOf('bash'));
  try {
    return { code: 0, output: execFileSync(file, args, { encoding: 'utf8', stdio: 'pipe' }) };
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return { code: status, output: stdout };
  }
}

test('a function ends at the first command that fails; one that is missing is none', () => {
  expect(call('up', 'up() { echo one; false; echo two; }')).toEqual({ code: 1, output: 'one\n' });
  expect(call('up', 'up() { false | true; echo two; }')).toEqual({ code: 1, output: '' });
  expect(call('up', 'up() { echo up; }; down() { echo down; }')).toEqual({ code: 0, output: 'up\n' });
  expect(call('prep', 'up() { echo up; }').code).toBe(NO_FUNCTION);
  expect(call('up', 'up() {').code).not.toBe(0);
});

test('a function gets nothing of its caller', () => {
  const record = { networkId: 2816, name: 'my-app', path: '/r', socket: '/s', stateDir: '/d' };
  expect(functionEnvironment(record, new Map([['my-db', '127.0.11.2']]))).toEqual({
    PATH: '/usr/local/lib/rediacc-shims:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LANG: 'C.UTF-8',
    DOCKER_HOST: 'unix:///s',
    REPOSITORY_NAME: 'my-app',
    REPOSITORY_NETWORK_ID: '2816',
    REPOSITORY_PATH: '/r',
    MY_DB_IP: '127.0.11.2',
  });
});

test('root runs nothing that somebody else may have written', () => {
  requireRootOwned([{ path: '/r', uid: 0, mode: 0o40755 }]);
  expect(() => requireRootOwned([{ path: '/r', uid: 1000, mode: 0o755 }])).toThrow('it belongs to user 1000');
  expect(() => requireRootOwned([{ path: '/r', uid: 0, mode: 0o664 }])).toThrow('others may write to it');
});

test('root runs nothing that a container could have written', () => {
  const writable = { list: '/s/writable', paths: ['/r/data', '/r/web/Rediaccfile'] };
  const attempt =
    (script: string, permissions: string[] = []) =>
    () =>
      requireUnwritable([script], writable, permissions);
  expect(attempt('/r/Rediaccfile')).not.toThrow();
  expect(attempt('/r/data-of-mine/Rediaccfile')).not.toThrow();
  expect(attempt('/r/web/Rediaccfile')).toThrow('containers could write to /r/web/Rediaccfile');
  expect(attempt('/r/data/Rediaccfile')).toThrow(
    'containers could write to /r/data, which they have mounted',
  );
  expect(attempt('/r/data/Rediaccfile', ['path:/r'])).not.toThrow();
  expect(attempt('/r/data/Rediaccfile', ['path:/r/other'])).toThrow();
});

test('Rediaccfiles are in the own folder, and in those of the first level', () => {
  expect(pathsOfRediaccfiles('/r', { names: ['Rediaccfile', 'a', 'b'], folders: ['b'] })).toEqual([
    '/r/Rediaccfile',
    '/r/b/Rediaccfile',
  ]);
  expect(pathsOfRediaccfiles('/r', { names: ['a'], folders: [] })).toEqual([]);
});
