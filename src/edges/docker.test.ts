import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectDocker } from './docker.ts';

/** A daemon that tells of one event, and then does with the stream what a test wants. */
async function watchOnce(then: (response: ServerResponse) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'rediacc-docker-'));
  const socket = join(folder, 'docker.sock');
  const server = createServer((_, response) => {
    response.write('{"Action":"start","Actor":{"ID":"one"},"timeNano":1}\n');
    setImmediate(() => then(response));
  }).listen(socket);
  await once(server, 'listening');
  const seen: string[] = [];
  const stream = await connectDocker(socket, 1_000).watch(0, ({ id }) => seen.push(id));
  return {
    seen,
    stream,
    [Symbol.dispose]: () => {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true });
    },
  };
}

test.each<[string, (response: ServerResponse) => void]>([
  ['the daemon ends it', (response) => response.end()],
  ['the connection breaks', (response) => response.destroy()],
  ['the daemon sends what is no event', (response) => response.write('{"Actor":\n')],
])('an event stream ends when %s', async (_, then) => {
  using watched = await watchOnce(then);
  await watched.stream.ended;
  expect(watched.seen).toEqual(['one']);
});

test('an event stream ends when it is closed from here', async () => {
  using watched = await watchOnce(() => {});
  watched.stream.close();
  await watched.stream.ended;
});
