import { describe, expect, test } from 'vitest';
import { addContext, readContexts, removeContext, requireContext, writeContexts } from './contexts.ts';

const none = new Map();

describe('contexts', () => {
  test('what is written is read again, in the order of names', () => {
    const contexts = addContext(addContext(none, 'b', 'root@10.0.0.2'), 'a', 'a');
    const text = writeContexts(contexts);
    expect([...readContexts(text, 'f')]).toEqual([
      ['a', { destination: 'a' }],
      ['b', { destination: 'root@10.0.0.2' }],
    ]);
    expect(writeContexts(readContexts(text, 'f'))).toBe(text);
  });

  test('a context can be replaced and removed', () => {
    const contexts = addContext(addContext(none, 'a', 'x'), 'a', 'y');
    expect(requireContext(contexts, 'a')).toEqual({ destination: 'y' });
    expect(removeContext(contexts, 'a').size).toBe(0);
    expect(() => removeContext(contexts, 'b')).toThrow("there is no context 'b'; there is a");
  });

  test.each(['', '-x', 'a b', '.', 'a/b'])("'%s' is no name", (name) => {
    expect(() => addContext(none, name, 'x')).toThrow(/cannot be the name of a context/);
  });

  test.each(['', '-oProxyCommand=x', 'a b'])("'%s' is no destination", (destination) => {
    expect(() => addContext(none, 'a', destination)).toThrow(/is no SSH destination/);
  });

  test.each(['', '[]', '{"contexts": {"a": {}}}', '{"contexts": {"a": {"destination": ""}}}'])(
    "'%s' is damaged",
    (text) => {
      expect(() => readContexts(text, '/c')).toThrow(/^\/c is damaged/);
    },
  );
});
