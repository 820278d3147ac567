import { expect, test } from 'vitest';
import { bareServer, listener } from '../../../test/given-server.ts';
import { requireOwnPorts } from './own-ports.ts';

test.each([
  ['127.0.0.1:7111', 'nginx', /port 7111 of 127\.0\.0\.1, which is for the route server, is taken by nginx/],
  ['0.0.0.0:7112', 'node', /port 7112 of 127\.0\.0\.1, which is for Traefik's own API, is taken by node/],
])('%s of %s is refused', (local, name, reason) => {
  expect(() => requireOwnPorts(bareServer({ bound: [listener(local, name)] }))).toThrow(reason);
});

test.each([
  ['another address', bareServer({ bound: [listener('127.0.11.2:7111', 'node')] })],
  ['UDP', bareServer({ bound: [{ ...listener('127.0.0.1:7111', 'node'), protocol: 'udp' }] })],
  ['our own socket', bareServer({ bound: [listener('127.0.0.1:7111', 'systemd')] })],
  [
    'our own service',
    bareServer({
      bound: [listener('127.0.0.1:7111', 'node-MainThread')],
      units: new Map([['rediacc-router.socket', { active: 'active', enabled: 'enabled' }]]),
    }),
  ],
])('%s is no obstacle', (_, facts) => {
  expect(() => requireOwnPorts(facts)).not.toThrow();
});
