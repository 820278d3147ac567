import { expect, test } from 'vitest';
import { activatedSocket } from './activation.ts';

test('a socket is taken only by the process that it is meant for', () => {
  expect(activatedSocket({}, 7)).toBeUndefined();
  expect(activatedSocket({ LISTEN_PID: '6', LISTEN_FDS: '1' }, 7)).toBeUndefined();
  expect(activatedSocket({ LISTEN_PID: '7', LISTEN_FDS: '1' }, 7)).toBe(3);
});

test('several sockets are refused', () => {
  expect(() => activatedSocket({ LISTEN_PID: '7', LISTEN_FDS: '2' }, 7)).toThrow('2 sockets');
});
