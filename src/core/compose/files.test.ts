import { expect, test } from 'vitest';
import { findComposeFiles, readComposeFileVariable } from './files.ts';

const folder = (path: string, ...names: string[]) => ({ path, names: new Set(names) });

test('the nearest folder with a compose file counts, with its override', () => {
  const folders = [
    folder('/repo/sub/deep', 'other.yml'),
    folder('/repo/sub', 'docker-compose.yml', 'docker-compose.override.yml', 'compose.override.yaml'),
    folder('/repo', 'compose.yaml'),
  ];
  expect(findComposeFiles(folders)).toEqual({
    folder: '/repo/sub',
    files: ['/repo/sub/docker-compose.yml', '/repo/sub/compose.override.yaml'],
  });
});

test('compose.yaml wins over docker-compose.yml', () => {
  expect(findComposeFiles([folder('/r', 'docker-compose.yml', 'compose.yaml')])?.files).toEqual([
    '/r/compose.yaml',
  ]);
});

test('an override alone is no project', () => {
  expect(findComposeFiles([folder('/r', 'compose.override.yml')])).toBeUndefined();
});

test.each([
  [{}, undefined],
  [{ COMPOSE_FILE: '' }, undefined],
  [{ COMPOSE_FILE: 'a.yml:b.yml' }, ['a.yml', 'b.yml']],
  [{ COMPOSE_FILE: 'a.yml,b:c.yml', COMPOSE_PATH_SEPARATOR: ',' }, ['a.yml', 'b:c.yml']],
])('%j names %j', (environment, expected) => {
  expect(readComposeFileVariable(environment)).toEqual(expected);
});
