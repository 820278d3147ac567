import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { PROGRAMS, TOKEN } from '../../../test/given-server.ts';
import { Secret } from '../secret.ts';
import { type PushRequest, readPushRequest, writePushRequest } from './push-request.ts';

const request: PushRequest = {
  settings: { publicIpv4: '203.0.113.50', dynamicTcpPorts: '' },
  traefik: PROGRAMS.traefik,
  secrets: { cfDnsToken: new Secret(TOKEN), dnsVariables: new Secret(`A=${TOKEN}\n`) },
};

function messageOf(text: string): string {
  try {
    return `read: ${inspect(readPushRequest(text))}`;
  } catch (error) {
    return inspect(error, { depth: null });
  }
}

test('a request is read as it was written', () => {
  const { secrets, ...rest } = readPushRequest(writePushRequest(request));
  expect(rest).toEqual({ settings: request.settings, traefik: request.traefik });
  expect(secrets.cfDnsToken?.reveal()).toBe(TOKEN);
  expect(secrets.dnsVariables?.reveal()).toBe(`A=${TOKEN}\n`);
});

test('a request without a token has none', () => {
  const without = { ...request, secrets: {} };
  expect(readPushRequest(writePushRequest(without))).toEqual(without);
});

test('settings that nobody knows are left out', () => {
  const text = JSON.stringify({ settings: { tcpPorts: '25', color: 'red' }, secrets: {}, traefik: '/t' });
  expect(readPushRequest(text).settings).toEqual({ tcpPorts: '25' });
});

test('the token is shown by neither JSON nor an inspector', () => {
  const read = readPushRequest(writePushRequest(request));
  expect(JSON.parse(JSON.stringify(read)).secrets.cfDnsToken).toBe('[redacted]');
  expect(inspect(read, { depth: null, showHidden: true })).not.toContain(TOKEN);
});

test.each([
  ['that ends too early', writePushRequest(request).slice(0, -1)],
  ['that is no JSON', `${TOKEN}`],
  ['that is a word', JSON.stringify(TOKEN)],
  ['without a Traefik', JSON.stringify({ settings: {}, secrets: { cfDnsToken: TOKEN } })],
  ['without settings', JSON.stringify({ traefik: '/t', secrets: { cfDnsToken: TOKEN } })],
  [
    'whose token is a list',
    JSON.stringify({ settings: {}, traefik: '/t', secrets: { cfDnsToken: [TOKEN] } }),
  ],
  [
    'whose settings are no text',
    JSON.stringify({ settings: { baseDomain: [TOKEN] }, secrets: {}, traefik: '/t' }),
  ],
])('a request %s is refused, and not repeated', (_, text) => {
  const message = messageOf(text);
  expect(message).toMatch(/Error/);
  expect(message).not.toContain(TOKEN.slice(0, 8));
});
