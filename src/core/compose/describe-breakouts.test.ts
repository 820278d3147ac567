import { expect, test } from 'vitest';
import type { Breakout } from './breakout.ts';
import { adviseOn, describeBreakout } from './describe-breakouts.ts';

const breakout = (value: string, permission?: string): Breakout => ({
  at: ['services', 'web', 'volumes'],
  value,
  ...(permission === undefined ? {} : { permission }),
});

test('a line says where, what, and which word allows it', () => {
  const sources = [{ path: 'compose.yml', text: 'services:\n  web:\n    volumes: [/srv:/srv]\n' }];
  expect(describeBreakout(breakout('/srv', 'path:/srv'), sources)).toBe(
    "compose.yml:3: service 'web', volumes: /srv [path:/srv]",
  );
  expect(describeBreakout(breakout('/srv'), [])).toBe("service 'web', volumes: /srv");
});

test('what a terminal would obey is not printed', () => {
  expect(describeBreakout(breakout('/a\u001b[2J\n/b', 'path:/a'), [])).toBe(
    "service 'web', volumes: /a?[2J?/b [path:/a]",
  );
});

test.each([
  [['pid', 'pid', 'path:/srv/a-b'], 'rdc repo allow shop pid path:/srv/a-b -m CONTEXT'],
  [['path:/x; reboot'], "rdc repo allow shop 'path:/x; reboot' -m CONTEXT"],
  [["path:/x';reboot'"], "rdc repo allow shop 'path:/x'\\'';reboot'\\''' -m CONTEXT"],
  [['path:/a$(b)'], "--allow 'path:/a$(b)'"],
])('%j can be allowed by a command that does nothing else', (words, command) => {
  const refused = words.map((word) => breakout('x', word));
  expect(adviseOn(refused, 'shop')).toContain(command);
});

test('what nothing allows is to be taken out', () => {
  expect(adviseOn([breakout('x')], 'shop')).toBe('Take it out: nothing allows it.');
});
