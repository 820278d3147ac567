import { expect, test } from 'vitest';
import { type ContainerState, isRestarting, progressOf } from './container-state.ts';
import {
  type Definition,
  findDefinition,
  idsOfFiles,
  readDefinition,
  requireReady,
  requireRepositoryName,
  writeDefinition,
} from './definition.ts';
import { readSeconds } from './time.ts';

const APP: Definition = {
  networkId: 2816,
  name: 'my-app',
  storage: { kind: 'image', filesystem: 'ext4', encrypted: false },
  state: 'ready',
  wanted: 'up',
  autostart: true,
};

test('a definition is read as it was written', () => {
  for (const one of [APP, { ...APP, storage: { kind: 'folder' } as const, unfinished: 'up' as const }])
    expect(readDefinition(writeDefinition(one), 'x')).toEqual(one);
  expect(() => readDefinition('{"name": 1}', '/r/2816.json')).toThrow('/r/2816.json is damaged');
});

test('a network id is in use while anything of it is there', () => {
  expect(idsOfFiles(['2816', '2880.img', '2944.json', 'lost+found', '3008.img.old'])).toEqual([
    ...[2816, 2880, 2944],
  ]);
});

test('a repository is found by its name and by its number', () => {
  expect(findDefinition([APP], 'my-app')).toBe(APP);
  expect(findDefinition([APP], '2816')).toBe(APP);
  expect(() => findDefinition([APP], 'other')).toThrow(
    "no repository 'other' on this server; there is my-app",
  );
  expect(() => findDefinition([], 'other')).toThrow('there is none');
  expect(() => findDefinition([APP], '17')).toThrow("'17' is no network id");
});

test('names are ones that Compose and DNS take', () => {
  for (const name of ['a', 'my-app', 'app2']) requireRepositoryName(name);
  for (const name of ['', 'My-App', '-a', 'a-', 'a_b', 'a/b', '..', '2816', 'a'.repeat(64)])
    expect(() => requireRepositoryName(name)).toThrow('cannot be the name of a repository');
});

test('what was cut off is not worked with', () => {
  expect(requireReady(APP)).toBe(APP);
  expect(() => requireReady({ ...APP, state: 'creating' })).toThrow("the creation of 'my-app' was cut off");
  expect(() => requireReady({ ...APP, state: 'deleting' })).toThrow("the deletion of 'my-app' was cut off");
});

test('times are read as people write them', () => {
  expect(['90s', '10m', '1h', '0s'].map((text) => readSeconds('--timeout', text))).toEqual([
    90, 600, 3600, 0,
  ]);
  for (const text of ['', '10', '1d', '-1s', '1.5h'])
    expect(() => readSeconds('--timeout', text)).toThrow(`--timeout '${text}' is no time`);
});

test('a container is fine, on its way, or in need of somebody', () => {
  const state = (given: Partial<ContainerState>): ContainerState => ({
    ...{ id: '1', name: 'web', labels: {}, status: 'running', health: undefined, exitCode: 0, restarts: 0 },
    ...given,
  });
  const rows = [
    [{}, 'fine'],
    [{ health: 'healthy' }, 'fine'],
    [{ health: 'starting' }, 'waiting'],
    [{ health: 'unhealthy' }, 'broken'],
    [{ status: 'created' }, 'waiting'],
    [{ status: 'restarting', restarts: 1 }, 'waiting'],
    [{ status: 'restarting', restarts: 5 }, 'broken'],
    [{ status: 'exited' }, 'fine'],
    [{ status: 'exited', exitCode: 137 }, 'broken'],
    [{ status: 'dead' }, 'broken'],
  ] as const;
  for (const [given, progress] of rows) expect(progressOf(state(given))).toBe(progress);
  expect(isRestarting(state({ restarts: 4 }))).toBe(true);
  expect(isRestarting(state({ restarts: 1 }))).toBe(false);
});
