import { describe, expect, test } from 'vitest';
import { readBool, readDuration, readInt, readUint } from './scalars.ts';

describe('scalars are read as Go reads them', () => {
  test.each([
    ['1', true],
    ['T', true],
    ['True', true],
    ['f', false],
    ['FALSE', false],
    ['tRUE', undefined],
    ['yes', undefined],
    [' true', undefined],
    ['', undefined],
  ])("bool '%s' is %s", (text, value) => {
    expect(readBool(text)).toBe(value);
  });

  test.each([
    ['+007', 7],
    ['-1', -1],
    ['9223372036854775807', '9223372036854775807'],
    ['9223372036854775808', undefined],
    ['1.0', undefined],
    ['1_000', undefined],
    [' 1', undefined],
    ['', undefined],
  ])("int '%s' is %s", (text, value) => {
    expect(readInt(text, 64)).toBe(value);
  });

  test.each([
    ['4294967295', 4294967295],
    ['4294967296', undefined],
    ['+1', undefined],
  ])("uint32 '%s' is %s", (text, value) => {
    expect(readUint(text, 32)).toBe(value);
  });

  test.each([
    ['10', '10s'],
    ['-5', '-5s'],
    ['+5', '5s'],
    ['1m30s', '90s'],
    ['1.5s', '1500ms'],
    ['.5s', '500ms'],
    ['500us', '500us'],
    ['1µs', '1us'],
    ['1h0m0.000000001s', '3600000000001ns'],
    ['0', '0s'],
    ['1d', undefined],
    ['1.5', undefined],
    ['', undefined],
    ['s', undefined],
    ['+7', '7s'],
    ['9223372036854775807', '-1s'],
    ['9223372036', '9223372036s'],
    ['9223372037', '-9223372036709551616ns'],
    ['9223372036s', '9223372036s'],
    ['9223372037s', undefined],
    ['2562047h48m', undefined],
    ['99999999999999999999ns', undefined],
  ])("duration '%s' is %s", (text, value) => {
    expect(readDuration(text)).toBe(value);
  });
});
