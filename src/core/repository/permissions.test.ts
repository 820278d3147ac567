import { expect, test } from 'vitest';
import { isAllowed, readPermissions } from './permissions.ts';

test.each([
  ['privileged', 'privileged'],
  ['cap:net_admin', 'cap:NET_ADMIN'],
  ['cap:CAP_SYS_PTRACE', 'cap:SYS_PTRACE'],
  ['path:/srv/media/', 'path:/srv/media'],
  ['path:/', 'path:/'],
])('%s is kept as %s', (word, kept) => {
  expect(readPermissions([word])).toEqual([kept]);
});

test.each(['everything', 'cap:', 'path:srv', 'path:/srv/../etc', 'cap:NET_RAW', 'constructor'])(
  '%s is refused',
  (word) => {
    expect(() => readPermissions([word])).toThrow(expect.objectContaining({ code: 'permission-unknown' }));
  },
);

test.each([
  [['pid'], 'pid', true],
  [['pid'], 'ipc', false],
  [['path:/srv'], 'path:/srv', true],
  [['path:/srv'], 'path:/srv/media', true],
  [['path:/srv'], 'path:/srv2', false],
  [['path:/'], 'path:/etc', true],
  [['path:/srv/media'], 'path:/srv', false],
  [['cap:NET_ADMIN'], 'cap:NET', false],
])('%j allow %s: %s', (permissions, wanted, allowed) => {
  expect(isAllowed(permissions, wanted)).toBe(allowed);
});
