import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browse } from '../../scripts/browse.ts';
import type { PortListing } from '../../src/router/ports.ts';
import { createLab, type Lab, page, routerJson } from './lab.ts';

let lab: Lab;

/** A database beside what the example has, and ports of Traefik's for it and for the cache. */
const MORE = `services:
  cache:
    labels: [rediacc.tcp_ports=6379]
  db:
    image: postgres:17
    environment: { POSTGRES_PASSWORD: secret }
    ports: ["5432:5432"]
    labels: [rediacc.tcp_ports=5432]
    healthcheck:
      test: ["CMD", "pg_isready", "-h", "localhost", "-U", "postgres"]
      interval: 1s
`;
const IDS = { first: 2816, second: 2880 } as const;
const NAMES = ['first', 'second'] as const;
const FILES = ['-f', 'docker-compose.yml', '-f', 'more.yml'];

beforeAll(async () => {
  lab = createLab();
  for (const name of NAMES) {
    lab.copyExample('as-published', name);
    lab.write(name, { 'more.yml': MORE });
  }
  await lab.local('--dynamic-tcp-ports=10000-10003', '.');
  for (const name of NAMES) {
    await lab.load(IDS[name], 'as-published');
    await lab.load(IDS[name], 'my-app');
  }
  await Promise.all(NAMES.map((name) => lab.compose(name, ...FILES, 'up', '--detach', '--wait')));
});
afterAll(() => lab[Symbol.asyncDispose]());

async function visit(name: (typeof NAMES)[number]): Promise<number> {
  const url = `https://web-${IDS[name]}.localhost/api/visits`;
  const { status, body } = await browse(url, { body: '' });
  expect(status).toBe(200);
  return JSON.parse(body).visits as number;
}

test('nginx serves its page in both, with its default addresses', async () => {
  for (const id of Object.values(IDS)) {
    const { body } = await page(`https://web-${id}.localhost/`);
    expect(body).toContain('<h1>As published</h1>');
  }
});

test('a server of Node has its page by the port that it publishes', async () => {
  for (const id of Object.values(IDS)) await page(`https://api-${id}.localhost/healthz`);
});

test('each counts in a Redis of its own', async () => {
  expect([await visit('first'), await visit('first'), await visit('second')]).toEqual([1, 2, 1]);
});

/** What answers on a port of the dynamic range, when it is told something. */
async function say(service: string, name: (typeof NAMES)[number], words: Buffer): Promise<string> {
  const { tcp } = await routerJson<{ tcp: readonly PortListing[] }>('/ports');
  const port = tcp.find((one) => one.service === service && one.networkId === IDS[name])?.port ?? 0;
  const socket = connect(port, '127.0.0.1');
  socket.write(words);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer);
}

test('each Redis answers on a port of Traefik, with its own count', async () => {
  const get = Buffer.from('GET visits\r\n');
  expect([await say('cache', 'first', get), await say('cache', 'second', get)]).toEqual([
    '$1\r\n2\r\n',
    '$1\r\n1\r\n',
  ]);
});

/** PostgreSQL's protocol: whether it speaks TLS. It says N or S. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

test('PostgreSQL listens on its default addresses in both, on localhost and behind Traefik', async () => {
  for (const name of NAMES) {
    const url = 'postgresql://postgres:secret@localhost:5432/postgres';
    const psql = ['exec', '-T', 'db', 'psql', '--tuples-only', '--no-align', url, '--command'];
    await lab.compose(name, ...FILES, ...psql, `CREATE TABLE of_${name} ()`);
    const seen = await lab.compose(
      name,
      ...FILES,
      ...psql,
      "SELECT tablename FROM pg_tables WHERE tablename LIKE 'of_%'",
    );
    expect(seen.trim()).toBe(`of_${name}`);
    expect(await say('db', name, SSL_REQUEST)).toBe('N');
  }
});

/** PostgreSQL's protocol: version 3.0, somebody who says to be the superuser. */
const LOG_IN = Buffer.from('\0\0\0\x17\0\x03\0\0user\0postgres\0\0', 'latin1');
/** Its answer: who is known must prove it by SCRAM (10); 0 would be a welcome. */
const PROVE_IT = 'R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0';

test('who comes through Traefik must prove who he is, though the image trusts localhost', async () => {
  for (const name of NAMES) expect(await say('db', name, LOG_IN)).toBe(PROVE_IT);
});

test('nobody is told of anything', async () => {
  const { status, problems, isolation } = await routerJson<Record<string, unknown>>('/health');
  expect({ status, problems, isolation }).toEqual({ status: 'ok', problems: 0, isolation: { state: 'on' } });
});
