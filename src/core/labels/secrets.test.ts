import { expect, test } from 'vitest';
import { REDACTED, shownValue } from './secrets.ts';

test.each([
  'traefik.http.middlewares.a.basicauth.users',
  'traefik.http.middlewares.a.basicAuth.Users[0]',
  'traefik.http.middlewares.a.ratelimit.redis.password',
  'traefik.http.middlewares.a.forwardauth.tls.key',
  'traefik.http.middlewares.a.headers.customrequestheaders.Authorization',
  'traefik.http.middlewares.a.headers.customRequestHeaders.X-Api-Key',
])('%s is not shown', (label) => expect(shownValue(label, 'x')).toBe(REDACTED));

test.each([
  'traefik.http.routers.users.rule',
  'traefik.http.middlewares.auth.basicauth.usersfile',
  'traefik.http.middlewares.a.headers.customrequestheaders.X-Script-Name',
  'rediacc.tcp_ports',
])('%s is shown', (label) => expect(shownValue(label, 'x')).toBe('x'));
