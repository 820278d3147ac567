import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectDocker } from '../src/edges/docker.ts';
import { get } from '../src/edges/http.ts';
import { expectContainers, TOLD } from './docker-contract.ts';
import type { Exchange, Recording } from './recorded/recording.ts';

/** Answers as a recorded daemon has; times of events are not looked at. */
async function replay(name: string, stack: AsyncDisposableStack): Promise<string> {
  const text = readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8');
  const { exchanges } = JSON.parse(text) as Recording;
  const answers = new Map(exchanges.map((one): [string, Exchange] => [withoutTimes(one.path), one]));
  const server = createServer((request, response) => {
    const answer = answers.get(withoutTimes(request.url ?? ''));
    response.writeHead(answer?.status ?? 501).end(answer?.body);
  });
  const folder = mkdtempSync(join(tmpdir(), 'rediacc-replay-'));
  stack.defer(() => rmSync(folder, { recursive: true }));
  const socket = join(folder, 'docker.sock');
  await once(server.listen(socket), 'listening');
  stack.defer(() => void server.close());
  return socket;
}

const withoutTimes = (path: string): string => path.replace(/(since|until)=[\d.]+&/g, '');

test('Docker 29 is read as those that run in the other tests', async () => {
  await using stack = new AsyncDisposableStack();
  const socket = await replay('docker-29.json', stack);
  const client = connectDocker(socket, 5_000);
  await expectContainers(client);
  const told = await client.eventsBetween(0, 1);
  expect(told.map(({ attributes, action }) => `${attributes['name']} ${action}`)).toEqual(TOLD);

  // It refuses the version that older Traefiks name, which is why we name none.
  const { body } = await get({ socketPath: socket }, '/version', 5_000);
  expect(JSON.parse(body)).toMatchObject({ Version: '29.0.0', ApiVersion: '1.52', MinAPIVersion: '1.44' });
  expect(await get({ socketPath: socket }, '/v1.24/containers/json', 5_000)).toMatchObject({
    status: 400,
    body: expect.stringContaining('Minimum supported API version is 1.44'),
  });
});
