import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Value } from '../labels/decode.ts';
import { quote, renderBlock } from './render-yaml.ts';

/** What a YAML reader should see: Maps as objects, and well-formed text. */
function plain(value: Value): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(plain);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [key.toWellFormed(), plain(item)]));
}

const text = fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__');
const option = fc
  .stringMatching(/^[a-z][a-zA-Z0-9]{0,8}$/)
  .filter((key) => !['y', 'n', 'on', 'no', 'off', 'yes', 'true', 'null', 'false'].includes(key));
const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(option, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
}));

describe('rendering YAML', () => {
  test('a YAML reader gets back what was rendered', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, anyValue)), (entries) => {
        const named = new Map(entries.map(([name, value]) => [name.toWellFormed(), value]));
        const body = renderBlock(named, 2);
        expect(parse(body, { uniqueKeys: false }) ?? {}).toEqual(plain(named));
      }),
    );
  });

  test('what yaml.v3 refuses or changes is escaped', () => {
    expect(quote('\u007f\u0085\u009f\u2028\ufeff\ufffe\uffff')).toBe(
      '"\\u007f\\u0085\\u009f\\u2028\\ufeff\\ufffe\\uffff"',
    );
    expect(quote('\ud83d lonely')).toBe('"\ufffd lonely"');
    expect(quote('a/b 😀')).toBe('"a/b 😀"');
  });
});
