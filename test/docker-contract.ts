import { expect } from 'vitest';
import type { DockerClient } from '../src/edges/docker.ts';
import type { FakeContainer } from './fake-docker.ts';

export type Wanted = Pick<FakeContainer, 'name' | 'labels' | 'exposed' | 'state' | 'health'>;

/** One of each kind. */
export const WANTED: readonly Wanted[] = [
  { name: 'web', labels: { a: '1', 'b.c': '' }, exposed: ['8080/tcp', '80/tcp', '53/udp'], state: 'running' },
  { name: 'starting', labels: {}, exposed: [], state: 'running', health: 'starting' },
  { name: 'healthy', labels: {}, exposed: [], state: 'running', health: 'healthy' },
  { name: 'unhealthy', labels: {}, exposed: [], state: 'running', health: 'unhealthy' },
  { name: 'paused', labels: {}, exposed: [], state: 'paused' },
  { name: 'exited', labels: {}, exposed: [], state: 'exited' },
  { name: 'created', labels: {}, exposed: [], state: 'created' },
];

/** What a daemon tells while they are started, one after the other. */
export const TOLD: readonly string[] = [
  'web create',
  'web start',
  'starting create',
  'starting start',
  'healthy create',
  'healthy start',
  'healthy health_status: healthy',
  'unhealthy create',
  'unhealthy start',
  'unhealthy health_status: unhealthy',
  'paused create',
  'paused start',
  'paused pause',
  'exited create',
  'exited start',
  'exited die',
  'created create',
];

/**
 * Holds a daemon that has them to what we read of them.
 *
 * @returns the id of `web`
 */
export async function expectContainers(client: DockerClient): Promise<string> {
  const listed = (await client.list()).sort((a, b) => (a.name < b.name ? -1 : 1));
  expect(listed.map(({ name, serving, labels }) => ({ name, serving, labels }))).toEqual([
    { name: 'created', serving: false, labels: {} },
    { name: 'exited', serving: false, labels: {} },
    { name: 'healthy', serving: true, labels: {} },
    { name: 'paused', serving: false, labels: {} },
    { name: 'starting', serving: false, labels: {} },
    { name: 'unhealthy', serving: false, labels: {} },
    { name: 'web', serving: true, labels: { a: '1', 'b.c': '' } },
  ]);
  const web = listed.find(({ name }) => name === 'web')?.id ?? '';
  expect(web).toMatch(/^[0-9a-f]{64}$/);
  for (const one of listed) expect(await client.inspect(one.id)).toMatchObject(one);
  expect(await client.inspect(web)).toMatchObject({ ports: { tcp: [80, 8080], udp: [53] } });
  expect(await client.inspect('f'.repeat(64))).toBe('gone');
  return web;
}
