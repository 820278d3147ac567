import { expect, test } from 'vitest';
import { readPorts } from './ports.ts';

test.each([
  ['', []],
  [' ', []],
  ['25', [25]],
  ['587, 25,25', [25, 587]],
  ['10000-10003,53', [53, 10000, 10001, 10002, 10003]],
  ['1-1', [1]],
])('%j', (text, ports) => expect(readPorts(text)).toEqual(ports));

test.each(['0', '65536', '25,', 'x', '5-3', '1-2-3', '-5', '1e3', '25 26'])(
  '%j is no list of ports',
  (text) => expect(readPorts(text)).toBeUndefined(),
);
