import { randomBytes, X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { form } from '../../scripts/browse.ts';
import type { Bundle } from '../../scripts/images.ts';
import { type Finished, run } from '../../src/edges/process.ts';
import { until } from '../live/lab.ts';
import { createDeployment, type Deployment } from './deployment.ts';

let at: Deployment;

beforeAll(async () => {
  at = await createDeployment(6);
  const { rdcOk } = at.workstation;
  await rdcOk('context', 'set-infra', 'server-1', '--tcp-ports', '25,143,587,993');
  await rdcOk('context', 'push-infra', 'server-1');
});
afterAll(() => at[Symbol.asyncDispose]());

type Example = { readonly name: string; readonly networkId: number; readonly bundle: Bundle };

/** As the example lies there, with nothing set. */
async function deploy({ name, networkId, bundle }: Example): Promise<string> {
  const { repo, server } = at;
  expect(await repo('create', name)).toContain(`network id ${networkId}`);
  await repo('push', at.example(name), name);
  await server.load(networkId, bundle);
  return repo('up', name, '--mount');
}

/** A client of the server's public address, whatever the host in the URL; nobody has signed its certificates. */
function curl(...args: string[]): Promise<Finished> {
  return run(['curl', '-sSk', '--max-time', '20', '--connect-to', `::${at.server.ipv4}:`, ...args]);
}

test('hello: a page without a label', async () => {
  const output = await deploy({ name: 'hello', networkId: 2816, bundle: 'hello' });
  expect(output).toMatch(/^https:\/\/hello-2816\.server-1\.test +200/m);
  const { status, body } = await at.page('https://hello-2816.server-1.test/');
  expect({ status, body }).toMatchObject({ status: 200, body: expect.stringContaining('<h1>Hello</h1>') });
});

test('my-app: a note is kept in the database, and shown', async () => {
  await deploy({ name: 'my-app', networkId: 2880, bundle: 'my-app' });
  const added = await at.page('https://my-app.localhost/', form('note=from+outside'));
  expect(added.status).toBe(303);
  const { headers, body } = await at.page('https://my-app.localhost/');
  expect(headers['strict-transport-security']).toBe('max-age=31536000');
  expect(body).toContain('<li>from outside</li>');
});

const MAIL = 'mail.localhost';
const USER = ['--user', 'me:secret'];

/** The certificate that a port shows to who asks for a name. */
async function certificate(port: number, name: string, starttls?: string): Promise<string> {
  const connection = ['-connect', `${at.server.ipv4}:${port}`, '-servername', name];
  const first = starttls === undefined ? [] : ['-starttls', starttls];
  const { stdout, stderr } = await run(['openssl', 's_client', ...connection, ...first]);
  const shown = /-----BEGIN CERTIFICATE-----[\s\S]*-----END CERTIFICATE-----/.exec(stdout);
  return shown?.[0] ?? `no certificate on ${port}: ${stderr}`;
}

type Letter = { readonly port: number; readonly from: string; readonly to: string; readonly subject: string };

async function send({ port, from, to, subject }: Letter, ...options: string[]): Promise<Finished> {
  const letter = `From: ${from}\r\nTo: ${to}\r\nSubject: ${subject}\r\n\r\nGood morning!\r\n`;
  const file = join(at.write('letters', { [subject]: letter }), subject);
  const envelope = ['--mail-from', from, '--mail-rcpt', to, '--upload-file', file];
  return curl('--ssl-reqd', `smtp://${MAIL}:${port}`, ...envelope, ...options);
}

/** Whether a letter lies in the mailbox. */
async function hasArrived(subject: string): Promise<boolean> {
  const { stdout } = await curl(`imaps://${MAIL}/INBOX?SUBJECT%20${subject}`, ...USER);
  return /^\* SEARCH \d+/.test(stdout);
}

test('mail: its own certificate on every port, by STARTTLS and through passthrough', async () => {
  const output = await deploy({ name: 'mail', networkId: 2944, bundle: 'mail' });
  for (const port of [25, 143, 587]) expect(output).toContain(`tcp://${at.server.ipv4}:${port} `);
  expect(output).toContain(`tcp://${MAIL}:993 `);

  const own = await at.repo('exec', 'mail', 'imap', '--', 'cat', '/tls/cert.pem');
  expect(new X509Certificate(await certificate(993, MAIL)).subject).toBe(`CN=${MAIL}`);
  expect(own).toContain(await certificate(25, MAIL, 'smtp'));
  expect(own).toContain(await certificate(587, MAIL, 'smtp'));
  expect(own).toContain(await certificate(143, MAIL, 'imap'));
  expect(own).toContain(await certificate(993, MAIL));
  // Another name on the same port is not this repository's.
  expect(own).not.toContain(await certificate(993, 'other.localhost'));
});

test('mail: each service listens on its own address, and nowhere else', async () => {
  const ports = 'sport = :25 or sport = :143 or sport = :587 or sport = :993';
  const listening = await at.server.sh(`ss -Hltn '${ports}' | awk '{print $4}' | sort`);
  const inside = listening.split('\n').filter((address) => !address.includes(at.server.ipv4));
  expect(inside.filter((address) => !address.startsWith('['))).toEqual([
    ...['127.0.11.130:143', '127.0.11.130:993', '127.0.11.131:25', '127.0.11.131:587'],
  ]);
});

test('mail: what is sent from outside, and by the user, is read by IMAP', async () => {
  const to = `me@${MAIL}`;
  const outside = await send({ port: 25, from: 'you@example.com', to, subject: 'outside' });
  expect(outside).toMatchObject({ code: 0, stderr: '' });
  const own = await send({ port: 587, from: to, to, subject: 'own' }, ...USER);
  expect(own).toMatchObject({ code: 0, stderr: '' });
  for (const subject of ['outside', 'own'])
    await until(`'${subject}' has arrived`, () => hasArrived(subject));
  const first = `${MAIL}/INBOX;MAILINDEX=1`;
  expect((await curl(`imaps://${first}`, ...USER)).stdout).toContain('Good morning!');
  expect((await curl('--ssl-reqd', `imap://${first}`, ...USER)).stdout).toContain('Good morning!');
});

test('mail: nobody sends through it without a password, or says one without TLS', async () => {
  const away = { port: 25, from: `me@${MAIL}`, to: 'you@example.com', subject: 'away' };
  expect((await send(away)).stderr).toContain('RCPT failed: 550');
  expect((await send({ ...away, port: 587 })).stderr).toContain('MAIL failed: 530');
  expect((await send({ ...away, port: 587 }, '--user', 'me:wrong')).stderr).toContain('Login denied');
  expect((await curl(`imap://${MAIL}/INBOX`, ...USER)).stderr).toContain('Login denied');
  expect((await curl(`imaps://${MAIL}/INBOX`, '--user', 'me:wrong')).stderr).toContain('Login denied');
});

test('mail: letters and certificate outlive the containers', async () => {
  const before = await certificate(993, MAIL);
  await at.repo('down', 'mail');
  await at.repo('up', 'mail');
  expect(await certificate(993, MAIL)).toBe(before);
  expect(await hasArrived('outside')).toBe(true);
});

/** Somebody in the chat. */
type Guest = { readonly say: (text: string) => void; readonly heard: string[]; readonly socket: Socket };

const TEXT = 0x81;

/** By hand, since a WebSocket of Node's goes where the resolver says. Only frames of less than 126 bytes. */
function enter(host: string): Promise<Guest> {
  const key = randomBytes(16).toString('base64');
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };
  return new Promise((resolve, reject) => {
    const asked = request({
      ...{ host: at.server.ipv4, servername: host, rejectUnauthorized: false, agent: false },
      headers: { host, ...upgrade, 'sec-websocket-version': '13', 'sec-websocket-key': key },
    });
    asked.on('error', reject);
    asked.on('response', ({ statusCode }) => reject(new Error(`no WebSocket: ${statusCode}`)));
    asked.on('upgrade', (_, socket: Socket, head) => {
      const heard: string[] = [];
      let rest = head;
      socket.on('data', (chunk: Buffer) => {
        rest = Buffer.concat([rest, chunk]);
        while (rest.length >= 2 && rest.length >= 2 + rest[1]!) {
          if (rest[0] === TEXT) heard.push(String(rest.subarray(2, 2 + rest[1]!)));
          rest = rest.subarray(2 + rest[1]!);
        }
      });
      // A client masks what it says, here with zeros.
      const say = (text: string): void => {
        const bytes = Buffer.from(text);
        socket.write(Buffer.concat([Buffer.from([TEXT, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]));
      };
      resolve({ say, heard, socket });
    });
    asked.end();
  });
}

test('chat: what one says, all hear', async () => {
  const output = await deploy({ name: 'chat', networkId: 3008, bundle: 'chat' });
  expect(output).toMatch(/^https:\/\/chat\.localhost +200/m);
  const { headers, body } = await at.page('https://chat.localhost/');
  expect(headers['content-type']).toBe('text/html');
  expect(body).toContain('new WebSocket');

  const guests = await Promise.all([enter('chat.localhost'), enter('chat.localhost')]);
  guests[0].say('Is anybody here?');
  await until('all have heard it', () => guests.every(({ heard }) => heard.length === 1));
  guests[1].say('I am.');
  await until('all have heard both', () => guests.every(({ heard }) => heard.length === 2));
  for (const { heard, socket } of guests) {
    expect(heard).toEqual(['Is anybody here?', 'I am.']);
    socket.destroy();
  }
});

test('two-stacks: both answer for one host, from settings that they share', async () => {
  const output = await deploy({ name: 'two-stacks', networkId: 3072, bundle: 'hello' });
  const titles = [...output.matchAll(/^(two-stacks\S*: \w+\(\)) /gm)].map(([, title]) => title);
  expect(titles).toEqual(['two-stacks: prep()', 'two-stacks/api: up()', 'two-stacks/site: up()']);
  expect(output).toMatch(/^https:\/\/two-stacks\.localhost +200/m);
  expect(output).toMatch(/^https:\/\/two-stacks\.localhost\/api\/notes +200/m);

  expect((await at.page('https://two-stacks.localhost/')).body).toContain('<h1>Notes</h1>');
  const api = 'https://two-stacks.localhost/api/notes';
  expect((await at.page(api, { body: 'from outside' })).body).toBe('from outside\n');
  expect((await at.page(api)).body).toBe('from outside\n');
  expect(await at.repo('exec', 'two-stacks', 'api', '--', 'cat', '/notes/all')).toBe('from outside\n');
  expect(await at.repo('exec', 'two-stacks', 'site', '--', 'ls', '/www')).toBe('index.html\n');
});

test('two-stacks: another domain for both is one line, and each goes down and comes up again', async () => {
  const { repo, server } = at;
  await repo('down', 'two-stacks');
  await at.answers('https://two-stacks.localhost/', 404);
  const files = '/var/lib/rediacc/repositories/3072/files/two-stacks';
  server.write(`${files}/.env`, 'SITE_DOMAIN=notes.example.com\n');
  await repo('up', 'two-stacks');
  expect((await at.page('https://notes.example.com/')).status).toBe(200);
  expect((await at.page('https://notes.example.com/api/notes')).body).toBe('from outside\n');
});

test('all examples are up beside each other', async () => {
  const list = await at.repo('list');
  for (const name of ['hello', 'my-app', 'mail', 'chat', 'two-stacks'])
    expect(list).toMatch(new RegExp(`^${name} .* up `, 'm'));
});
