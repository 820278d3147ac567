import { describe, expect, test } from 'vitest';
import { assignSlots, readSlots } from './slots.ts';
import { withoutSlot, writeSlots } from './slots-text.ts';

const file = (services: Record<string, unknown>) => JSON.stringify({ services });
const names = (count: number) => Array.from({ length: count }, (_, i) => `s${i}`);

describe('assigning slots', () => {
  test('a new service gets the lowest free slot, and a given slot never changes', () => {
    const slots = readSlots(file({ db: { slot: 0 }, old: { slot: 2 } }), 'f');
    expect([...assignSlots(slots, ['web', 'db', 'cache'])]).toEqual([
      ['db', 0],
      ['old', 2],
      ['web', 1],
      ['cache', 3],
    ]);
  });

  test('61 services fit', () => {
    expect(assignSlots(new Map(), names(61)).get('s60')).toBe(60);
  });

  test('the 62nd service is refused by name', () => {
    expect(() => assignSlots(new Map(), names(62))).toThrow(/no address is left for the service 's61'/);
  });

  test('services that hold a slot without being in the compose file are named', () => {
    const slots = assignSlots(new Map(), names(61));
    expect(() => assignSlots(slots, ['new'])).toThrow(
      expect.objectContaining({ fix: expect.stringContaining('s0, s1') }),
    );
  });
});

describe('a damaged file is named, with the place', () => {
  test.each([
    ['{"services": {', /^r\.json: line 1 is not JSON/],
    ['{\n// a comment\n}', /^r\.json: line 2 is not JSON/],
    ['', /^r\.json: line 1 is not JSON/],
    ['[]', /^r\.json: the whole is not as expected/],
    [file({ api: { slot: '0' } }), /services\.api\.slot is not as expected/],
    [file({ api: 3 }), /services\.api is not as expected/],
    [file({ api: { slot: 61 } }), /services\.api\.slot is 61, but slots are 0 to 60/],
    [file({ api: { slot: -1 } }), /slots are 0 to 60/],
    [file({ api: { slot: 1.5 } }), /slots are 0 to 60/],
    [file({ a: { slot: 4 }, b: { slot: 4 } }), /the services 'a' and 'b' both have slot 4/],
  ])('%s', (text, message) => {
    expect(() => readSlots(text, 'r.json')).toThrow(message);
  });
});

describe('writing keeps what the user wrote', () => {
  const added = new Map([
    ['a', 0],
    ['c', 2],
  ]);

  test.each([
    ['a new file', '', '{\n  "services": {\n    "a": { "slot": 0 },\n    "c": { "slot": 2 }\n  }\n}\n'],
    [
      'tabs, other keys, order and blank lines',
      '{\n\t"note": "mine",\n\n\t"services": {\n\t\t"b": {"slot": 1, "why": "x"}\n\t}\n}',
      '{\n\t"note": "mine",\n\n\t"services": {\n\t\t"b": {"slot": 1, "why": "x"},\n\t\t"a": { "slot": 0 },\n\t\t"c": { "slot": 2 }\n\t}\n}',
    ],
    [
      'an empty map, four spaces and CRLF',
      '{\r\n    "services": {}\r\n}\r\n',
      '{\r\n    "services": {\r\n        "a": { "slot": 0 },\r\n        "c": { "slot": 2 }\r\n    }\r\n}\r\n',
    ],
    [
      'one line',
      '{"services":{"b":{"slot":1}}, "x": []}',
      '{"services":{"b":{"slot":1}, "a": { "slot": 0 }, "c": { "slot": 2 }}, "x": []}',
    ],
    [
      'another key alone',
      '{\n  "x": 1\n}\n',
      '{\n  "x": 1,\n  "services": {\n    "a": { "slot": 0 },\n    "c": { "slot": 2 }\n  }\n}\n',
    ],
  ])('%s', (_, before, after) => {
    expect(writeSlots(before, added)).toBe(after);
    expect([...readSlots(after, 'f').keys()].sort()).toEqual(
      before.includes('"b"') ? ['a', 'b', 'c'] : ['a', 'c'],
    );
  });

  test('without a new service not a byte changes', () => {
    const text = '{"services":{"a":{"slot":0}}}';
    expect(writeSlots(text, readSlots(text, 'f'))).toBe(text);
  });
});

test('a slot is taken out, and nothing else changes', () => {
  const text =
    '{\n  "note": "mine",\n  "services": {\n    "web": { "slot": 0 },\n    "old": { "slot": 1 }\n  }\n}\n';
  expect(withoutSlot(text, 'old')).toBe(text.replace(',\n    "old": { "slot": 1 }', ''));
  expect([...readSlots(withoutSlot(text, 'web'), 'f')]).toEqual([['old', 1]]);
});
