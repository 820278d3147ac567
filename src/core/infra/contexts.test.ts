import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { TOKEN } from '../../../test/given-server.ts';
import { Secret } from '../secret.ts';
import {
  addContext,
  type Context,
  contextOf,
  readContexts,
  removeContext,
  requireContext,
  writeContexts,
} from './contexts.ts';

const none = new Map();

describe('contexts', () => {
  test('what is written is read again, in the order of names', () => {
    const contexts = addContext(addContext(none, 'b', 'root@10.0.0.2'), 'a', 'a');
    const text = writeContexts(contexts);
    expect([...readContexts(text, 'f')]).toEqual([
      ['a', { destination: 'a', infra: {}, secrets: {} }],
      ['b', { destination: 'root@10.0.0.2', infra: {}, secrets: {} }],
    ]);
    expect(writeContexts(readContexts(text, 'f'))).toBe(text);
  });

  test('a context can be replaced and removed', () => {
    const contexts = addContext(addContext(none, 'a', 'x'), 'a', 'y');
    expect(requireContext(contexts, 'a')).toEqual({ destination: 'y', infra: {}, secrets: {} });
    expect(removeContext(contexts, 'a').size).toBe(0);
    expect(() => removeContext(contexts, 'b')).toThrow("there is no context 'b'; there is a");
  });

  test('one that was never added is an alias of ~/.ssh/config', () => {
    expect(contextOf(none, 'server-1')).toEqual({ destination: 'server-1', infra: {}, secrets: {} });
    expect(() => contextOf(none, '-oProxyCommand=x')).toThrow(/cannot be the name of a context/);
  });

  test.each(['', '-x', 'a b', '.', 'a/b'])("'%s' is no name", (name) => {
    expect(() => addContext(none, name, 'x')).toThrow(/cannot be the name of a context/);
  });

  test.each(['', '-oProxyCommand=x', 'a b'])("'%s' is no destination", (destination) => {
    expect(() => addContext(none, 'a', destination)).toThrow(/is no SSH destination/);
  });

  test.each([
    '',
    '[]',
    '{"contexts": {"a": {}}}',
    '{"contexts": {"a": {"destination": ""}}}',
    '{"contexts": {"a": {"destination": "x", "infra": []}}}',
    '{"contexts": {"a": {"destination": "x", "infra": {"tcpPorts": 25}}}}',
    '{"contexts": {"a": {"destination": "x", "secrets": {"cfDnsToken": 1}}}}',
  ])("'%s' is damaged", (text) => {
    expect(() => readContexts(text, '/c')).toThrow(/^\/c is damaged/);
  });
});

describe('settings of a server', () => {
  const infra = { publicIpv4: '203.0.113.50', tcpPorts: '25,143', dynamicTcpPorts: '' };

  test('they are written and read again, also those that are empty', () => {
    const text = writeContexts(new Map([['a', { destination: 'x', infra, secrets: {} }]]));
    expect(readContexts(text, 'f').get('a')).toEqual({ destination: 'x', infra, secrets: {} });
  });

  test('without any the file has no word of them', () => {
    expect(JSON.parse(writeContexts(addContext(none, 'a', 'x')))).toEqual({
      contexts: { a: { destination: 'x' } },
    });
  });

  test('those that nobody knows are left out', () => {
    const text = '{"contexts": {"a": {"destination": "x", "infra": {"tcpPorts": "25", "color": "red"}}}}';
    expect(readContexts(text, 'f').get('a')?.infra).toEqual({ tcpPorts: '25' });
  });
});

describe('the token', () => {
  const context: Context = { destination: 'x', infra: {}, secrets: { cfDnsToken: new Secret(TOKEN) } };
  const text = writeContexts(new Map([['a', context]]));

  test('the file has it', () => {
    expect(JSON.parse(text).contexts.a).toEqual({ destination: 'x', secrets: { cfDnsToken: TOKEN } });
  });

  test('it is read back', () => {
    expect(readContexts(text, 'f').get('a')?.secrets.cfDnsToken?.reveal()).toBe(TOKEN);
  });

  test('it stays when the destination becomes another, and so do settings', () => {
    const infra = { accessLog: 'on' };
    const moved = addContext(new Map([['a', { ...context, infra }]]), 'a', 'y').get('a');
    expect(moved).toMatchObject({ destination: 'y', infra });
    expect(moved?.secrets.cfDnsToken?.reveal()).toBe(TOKEN);
  });

  test.each<[string, (value: Context) => string]>([
    ['JSON', (value) => JSON.stringify(value)],
    ['text', (value) => `${String(value)} ${value.secrets.cfDnsToken}`],
    ['an inspector', (value) => inspect(value, { depth: null, showHidden: true })],
    ['its entries', (value) => inspect(Object.entries(value.secrets.cfDnsToken ?? {}))],
  ])('it is never shown as or by %s', (_, show) => {
    const read = readContexts(text, 'f').get('a');
    expect(read && show(read)).not.toContain(TOKEN.slice(0, 8));
  });

  test('a damaged file is not repeated', () => {
    const damaged = text.replace('"x"', '""');
    expect(() => readContexts(damaged, 'f')).toThrow(
      expect.objectContaining({ message: 'f is damaged: contexts.a.destination is not as rdc writes it' }),
    );
  });
});
