import { expect, test } from 'vitest';
import { CONTAINER, REPOSITORY, ROUTE, SEEN } from '../../../test/given-seen.ts';
import { REDACTED } from '../labels/secrets.ts';
import { refused } from './refused.ts';
import { waysOf } from './ways.ts';

const TEXT = `services:
  web:
    labels:
      traefik.http.routers.web.middlewares: near,login,login@file
      traefik.http.middlewares.near.ipallowlist.sourcerange: 10.0.0.0/8,10.0.0.0/33
      traefik.http.middlewares.near.ipallowlist.rejectstatuscode: "10"
  other:
    labels:
      traefik.http.middlewares.login.basicauth.users: admin
`;
const LABELS = {
  ...CONTAINER.labels,
  'traefik.http.routers.web.middlewares': 'near,login,login@file',
  'traefik.http.middlewares.near.ipallowlist.sourcerange': '10.0.0.0/8,10.0.0.0/33',
  'traefik.http.middlewares.near.ipallowlist.rejectstatuscode': '10',
};
const OTHER = {
  ...{ 'com.docker.compose.service': 'other', 'com.docker.compose.project': 'app' },
  'traefik.http.middlewares.login.basicauth.users': 'admin',
};

function cause(...errors: string[]) {
  const web = { ...CONTAINER, labels: LABELS };
  const containers = [web, { ...CONTAINER, name: 'app-other-1', labels: OTHER }];
  const repository = { ...REPOSITORY, containers, sources: [{ path: 'compose.yml', text: TEXT }] };
  const seen = { ...SEEN, repositories: [repository] };
  const [way] = waysOf({ protocol: 'http', route: ROUTE }, seen);
  if (way === undefined) throw new Error('there is no way');
  const place = { door: SEEN.door, repository, container: web };
  return refused(place, way, { state: 'refused', errors, middlewares: ['login@file'] });
}

test('of labels whose values Traefik repeats the longest is meant', () => {
  expect(cause('invalid CIDR address: 10.0.0.0/33').fix).toEqual({
    text: 'Correct traefik.http.middlewares.near.ipallowlist.sourcerange=10.0.0.0/8,10.0.0.0/33 (compose.yml:5, service web).',
    command: 'rdc repo push . app -m SERVER && rdc repo up app -m SERVER',
  });
});

test('a middleware that another container defines, and a value that is not shown', () => {
  expect(cause('error parsing BasicUser: admin').fix.text).toBe(
    `Correct traefik.http.middlewares.login.basicauth.users=${REDACTED} (compose.yml:9, service other).`,
  );
});

test('where nothing tells which label is meant, the log', () => {
  expect(cause('something else').fix.command).toBe('sudo renet logs app web');
});
