import { expect, test } from 'vitest';
import { cause } from './cause.ts';
import { adaptCommand, fromWorkstation, outsideCause } from './from-workstation.ts';

test.each([
  ['sudo renet repo up app --mount', 'rdc repo up app --mount -m server-1'],
  ['sudo renet proxy refresh', 'rdc proxy refresh -m server-1'],
  ['rdc dns apply -m server-1', 'rdc dns apply -m server-1'],
  ['sudo renet proxy apply', "ssh root@203.0.113.50 'renet proxy apply'"],
  [
    'cd /srv/app && sudo renet compose -- up -d web',
    "ssh root@203.0.113.50 'cd /srv/app && renet compose -- up -d web'",
  ],
])('%s on the workstation', (command, there) => {
  expect(adaptCommand(command, { name: 'server-1', destination: 'root@203.0.113.50' })).toBe(there);
});

test('somebody who is not root keeps his sudo', () => {
  const machine = { name: 'server-1', destination: 'ops@203.0.113.50' };
  expect(adaptCommand('sudo renet proxy apply', machine)).toBe(
    "ssh ops@203.0.113.50 'sudo renet proxy apply'",
  );
});

test('what is seen from outside', () => {
  const way = { target: 'https://web.example.org', stations: [] };
  const look = { addresses: ['192.0.2.1'], wanted: ['192.0.2.1', '2001:db8::1'], failure: undefined };
  expect(outsideCause(way, look)).toBeUndefined();
  expect(outsideCause(way, { ...look, addresses: undefined })).toBeUndefined();
  expect(outsideCause(way, { ...look, addresses: [] })?.code).toBe('dns-missing');
  expect(outsideCause(way, { ...look, addresses: ['192.0.2.9'] })?.code).toBe('dns-elsewhere');
  expect(outsideCause(way, { ...look, failure: 'timed out' })?.code).toBe('outside-closed');
});

test('an explanation is told with the name of the server in it', () => {
  const found = cause('dns-missing', 'so', { text: 'On SERVER.', command: 'rdc dns apply -m SERVER' });
  const told = fromWorkstation(
    { asked: 'a', ways: [{ target: 'a', stations: [], cause: found }], cause: found },
    { name: 'server-1', destination: 'server-1' },
  );
  expect(told.cause?.fix).toEqual({ text: 'On server-1.', command: 'rdc dns apply -m server-1' });
  expect(told.ways[0]?.cause).toEqual(told.cause);
});
