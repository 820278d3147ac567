import { expect, test } from 'vitest';
import { readLog } from './container-details.ts';

const frame = (stream: number, text: string): number[] => {
  const bytes = [...new TextEncoder().encode(text)];
  return [stream, 0, 0, 0, 0, 0, bytes.length >> 8, bytes.length & 255, ...bytes];
};

test('lines of both streams, without the frames around them', () => {
  const bytes = new Uint8Array([...frame(1, 'one\ntwo\n'), ...frame(2, 'three: ü\r\n'), ...frame(1, '\n')]);
  expect(readLog(bytes)).toEqual(['one', 'two', 'three: ü']);
});

test('of a container with a terminal as they are', () => {
  expect(readLog(new TextEncoder().encode('one\r\ntwo\r\n'))).toEqual(['one', 'two']);
  expect(readLog(new Uint8Array())).toEqual([]);
});
