import { once } from 'node:events';
import { Agent, createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOLD_HEADER } from '../core/traefik/static-config.ts';
import { createDocumentEndpoint, type DocumentEndpoint } from './document-endpoint.ts';
import { createPiece, createPublisher, type Publisher } from './publisher.ts';

/** Far above any delay of the machine, so that what is answered at once and what is held are never confused. */
const HOLD = 1_000;

let publisher: Publisher;
let endpoint: DocumentEndpoint;
let server: Server;

const publish = (text: string): void => publisher.publish([createPiece(text)]);

beforeEach(async () => {
  publisher = createPublisher();
  endpoint = createDocumentEndpoint(publisher, HOLD);
  server = createServer(endpoint.answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

type Answer = { body: string; held: boolean };

/** A client with one connection, as Traefik has. */
function client(headers: Record<string, string> = { [HOLD_HEADER]: 'true' }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { port } = server.address() as AddressInfo;
  return (): Promise<Answer> => {
    const begin = performance.now();
    return new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, agent, headers }, async (response) => {
        let body = '';
        for await (const chunk of response) body += chunk;
        resolve({ body, held: performance.now() - begin > HOLD * 0.9 });
      }).on('error', reject);
    });
  };
}

describe('the answer to Traefik', () => {
  test('waits for the first document: nothing partial is served', async () => {
    const answer = client()();
    setTimeout(() => publish('one'), 50);
    expect(await answer).toEqual({ body: 'one', held: false });
  });

  test('is held when there is no news, and ends with the same bytes', async () => {
    publish('one');
    const ask = client();
    expect(await ask()).toEqual({ body: 'one', held: false });
    expect(await ask()).toEqual({ body: 'one', held: true });
  });

  test('comes with the change that ends the hold', async () => {
    publish('one');
    const ask = client();
    await ask();
    const answer = ask();
    setTimeout(() => publish('two'), 50);
    expect(await answer).toEqual({ body: 'two', held: false });
  });

  test('comes at once when something changed between two requests', async () => {
    publish('one');
    const ask = client();
    await ask();
    publish('two');
    expect(await ask()).toEqual({ body: 'two', held: false });
  });

  test('comes at once on a new connection, as that of a restarted Traefik', async () => {
    publish('one');
    await client()();
    expect(await client()()).toEqual({ body: 'one', held: false });
  });

  test('is not ended by publishing the same bytes', async () => {
    publish('one');
    const ask = client();
    await ask();
    const answer = ask();
    publish('one');
    expect(await answer).toEqual({ body: 'one', held: true });
  });

  test('tells when it was taken, and which revision', async () => {
    publish('one');
    expect(endpoint.lastFetch()).toBeUndefined();
    await client()();
    expect(endpoint.lastFetch()).toMatchObject({ revision: publisher.peek()?.id });
  });
});

test('others are never held, and do not count as Traefik', async () => {
  publish('one');
  const ask = client({});
  await ask();
  expect(await ask()).toEqual({ body: 'one', held: false });
  expect(endpoint.lastFetch()).toBeUndefined();
});
