import { expect, test } from 'vitest';
import {
  type Item,
  mergeSlots,
  type Pushed,
  planPush,
  readPushed,
  readPushRequest,
  refuseConflicts,
  writePushed,
  writePushRequest,
} from './push-plan.ts';

const file = (digest: string, mode = 0o644): Item => ({ kind: 'file', digest, size: 10, mode });
const folder: Item = { kind: 'folder' };
const link = (target: string): Item => ({ kind: 'link', target });
const items = (all: Record<string, Item>): Map<string, Item> => new Map(Object.entries(all));
const pushed = (all: Record<string, Item>, begun = {}): Pushed => ({
  items: items(all),
  begun: items(begun),
});

type Sides = { wanted: Record<string, Item>; found: Record<string, Item>; force?: boolean };

function plan(before: Pushed, { wanted, found, force = false }: Sides) {
  return planPush({ items: items(wanted), force }, before, items(found));
}

test('a first push brings everything; the same again brings nothing', () => {
  const all = { 'compose.yml': file('a'), www: folder, 'www/index.html': file('b'), 'www/now': link('a') };
  expect(plan(pushed({}), { wanted: all, found: {} })).toEqual({
    bring: ['compose.yml', 'www/index.html'],
    make: ['www', 'www/now'],
    ...{ remove: [], conflicts: [], kept: [], size: 20 },
  });
  expect(plan(pushed(all), { wanted: all, found: all })).toMatchObject({
    bring: [],
    make: [],
    remove: [],
    size: 0,
  });
});

test('only what a push made, and nobody changed, is removed', () => {
  const before = { old: folder, 'old/a': file('a'), 'old/b': file('b'), gone: file('c') };
  const found = { old: folder, 'old/a': file('a'), 'old/b': file('other') };
  expect(plan(pushed(before), { wanted: {}, found })).toMatchObject({
    remove: ['old/a', 'old'],
    kept: ['old/b'],
  });
  expect(plan(pushed(before), { wanted: {}, found, force: true })).toMatchObject({
    remove: ['old/a', 'old/b', 'old'],
    kept: [],
  });
});

test('what no push made, and what somebody changed, is not overwritten', () => {
  const wanted = { data: file('mine'), config: file('new'), script: file('same', 0o755) };
  const before = pushed({ config: file('old'), script: file('same') });
  const result = plan(before, {
    wanted,
    found: { data: folder, config: file('edited'), script: file('same') },
  });
  expect(result.conflicts).toEqual([
    { path: 'data', reason: 'is there, and no push made it' },
    { path: 'config', reason: 'was changed there since the last push' },
  ]);
  expect(result.bring).toContain('script');
  expect(() => refuseConflicts(result)).toThrow('data is there, and no push made it; config was changed');
  expect(plan(before, { wanted, found: { data: folder }, force: true }).conflicts).toEqual([]);
});

test('what a push that was cut off has made is its own', () => {
  const before = pushed({ a: file('1') }, { a: file('2'), b: file('2') });
  const result = plan(before, {
    wanted: { a: file('3'), b: file('3') },
    found: { a: file('2'), b: file('2') },
  });
  expect(result).toMatchObject({ conflicts: [], bring: ['a', 'b'] });
});

test('requests and what was pushed are read as they were written', () => {
  const request = { items: items({ a: file('1'), l: link('a') }), slots: '{}', force: false };
  expect(readPushRequest(writePushRequest(request))).toEqual(request);
  for (const path of ['../a', '/a', 'a//b', 'a/../../b', '.', 'a/'])
    expect(() => readPushRequest(writePushRequest({ ...request, items: items({ [path]: folder }) }))).toThrow(
      'is no path inside a repository',
    );
  const both = pushed({ a: file('1') }, { b: folder });
  expect(readPushed(writePushed(both))).toEqual(both);
  expect(readPushed(undefined)).toEqual(pushed({}));
});

test("the server's slots stay, and others are added", () => {
  const own = '{\n  "services": {\n    "web": { "slot": 0 }\n  }\n}\n';
  expect(mergeSlots(undefined, own)).toBe(own);
  expect(mergeSlots(own, '{"services": {"web": {"slot": 0}}}')).toBe(own);
  expect(mergeSlots(own, '{"services": {"api": {"slot": 4}}}')).toContain('"api": { "slot": 4 }');
  expect(() => mergeSlots(own, '{"services": {"web": {"slot": 1}}}')).toThrow(
    "gives 'web' slot 1, where the server has slot 0 for it",
  );
  expect(() => mergeSlots(own, '{"services": {"api": {"slot": 0}}}')).toThrow(
    "gives 'api' slot 0, where the server has 'web' there",
  );
});
