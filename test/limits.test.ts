import { expect, test } from 'vitest';
import { everyLeaf } from './differential/every-label.ts';

/**
 * Options whose names say that Traefik may read a file, ask an address, or lead to somebody's service for them. Each has a
 * limit in src/core/limits, or a reason here to have none. A Traefik that knows more of them fails this test.
 */
const LIMITED = [
  'http.middlewares.NAME.basicauth.usersfile',
  'http.middlewares.NAME.digestauth.usersfile',
  'http.middlewares.NAME.errors.service',
  'http.middlewares.NAME.forwardauth.address',
  'http.middlewares.NAME.forwardauth.tls.ca',
  'http.middlewares.NAME.forwardauth.tls.cert',
  'http.middlewares.NAME.forwardauth.tls.key',
  'http.middlewares.NAME.ratelimit.redis.endpoints',
  'http.middlewares.NAME.ratelimit.redis.tls.ca',
  'http.middlewares.NAME.ratelimit.redis.tls.cert',
  'http.middlewares.NAME.ratelimit.redis.tls.key',
  'http.routers.NAME.service',
  'http.services.NAME.loadbalancer.server.url',
  'tcp.routers.NAME.service',
  'udp.routers.NAME.service',
];
const HARMLESS: Readonly<Record<string, string>> = {
  'http.middlewares.NAME.forwardauth.addauthcookiestoresponse': 'names of cookies',
  'http.middlewares.NAME.forwardauth.authsigninurl': 'the browser is sent there, not Traefik',
  'http.services.NAME.loadbalancer.serverstransport': "the operator's, with no address in it",
  'tcp.services.NAME.loadbalancer.serverstransport': "the operator's, with no address in it",
};

test('every option that could reach outside has been thought of', () => {
  const suspect = everyLeaf()
    .map(({ path }) => path)
    .filter((path) => !path.startsWith('tls.stores.'))
    .filter((path) =>
      /file|addr|ur[il]$|endpoint|service|transport|^(ca|cert|key|path)$/.test(path.split('.').at(-1) ?? ''),
    )
    .filter((path) => HARMLESS[path] === undefined);
  expect(suspect.sort()).toEqual([...LIMITED, ...PATHS].sort());
});

/** Paths of requests and cookies, not of files. */
const PATHS = [
  'http.middlewares.NAME.replacepath.path',
  'http.services.NAME.loadbalancer.healthcheck.path',
  'http.services.NAME.loadbalancer.sticky.cookie.path',
];
