import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../live/lab.ts';
import { type Comparable, comparable } from './compare.ts';
import { type Case, containersOf } from './given.ts';
import { createPair, type Pair } from './pair.ts';

/** Where we differ from Traefik's own Docker provider by choice, and why. docs/labels.md tells users. */
type Difference = {
  readonly why: string;
  readonly containers: Case;
  /** What of it shows the difference. */
  readonly seen: (has: Comparable) => unknown;
  readonly theirs: unknown;
  readonly ours: unknown;
};

const rule = 'traefik.http.routers.r.rule=Host(`a`)';
const routers = (has: Comparable) => Object.keys(has['routers'] ?? {});

const differences: Readonly<Record<string, Difference>> = {
  'a container on the host network that names no port': {
    why: 'Traefik sees no port there and drops the container; all of ours are there, and their images say it',
    containers: { web: { onHost: true, expose: [8080, 3000], labels: [rule] } },
    seen: (has) => JSON.stringify(has['services'] ?? {}).match(/http:[^"]*/g),
    theirs: null,
    ours: ['http://127.0.11.2:3000'],
  },
  'a UDP service there': {
    why: 'the same; a TCP port would never answer',
    containers: {
      dns: { onHost: true, expose: [80, '53/udp'], labels: ['traefik.udp.routers.r.entrypoints=udp-53'] },
    },
    seen: (has) => JSON.stringify(has['udpServices'] ?? {}).match(/127[^"]*/g),
    theirs: null,
    ours: ['127.0.11.2:53'],
  },
  'a one-off container': {
    why: "'compose run' has the service's labels, and would get its requests",
    containers: { web: { expose: [80], labels: [rule, 'com.docker.compose.oneoff=True'] } },
    seen: routers,
    theirs: ['r'],
    ours: [],
  },
  "a middleware of one's own, named with @http": {
    why: 'the routes do come from the HTTP provider here, so both names are understood',
    containers: {
      web: {
        expose: [80],
        labels: [
          rule,
          'traefik.http.routers.r.middlewares=gz@http',
          'traefik.http.middlewares.gz.compress=true',
        ],
      },
    },
    seen: (has) => JSON.stringify(has['routers']).match(/(?<="status":")\w+/)?.[0],
    theirs: 'disabled',
    ours: 'enabled',
  },
  "Traefik's own separator in a plugin's option": {
    why: 'Traefik would refuse the whole document for it',
    containers: { web: { expose: [80], labels: [rule, 'traefik.http.middlewares.m.plugin.p.x=║'] } },
    seen: routers,
    theirs: ['r'],
    ours: [],
  },
  'an option nested more than a hundred deep': {
    why: 'neither stacks nor YAML readers are endless',
    containers: {
      web: { expose: [80], labels: [rule, `traefik.http.middlewares.m.plugin.p.${'x.'.repeat(100)}x=1`] },
    },
    seen: routers,
    theirs: ['r'],
    ours: [],
  },
};

let pair: Pair;
beforeAll(async () => {
  pair = await createPair(['--trust-labels', '--auto-routes=off']);
});
afterAll(() => pair?.[Symbol.asyncDispose]());

test.each(Object.entries(differences))('%s', async (_, { containers, seen, theirs, ours }) => {
  const has = await pair.show(containersOf(containers));
  expect(seen(comparable(has.theirs, 'docker'))).toEqual(theirs);
  expect(seen(comparable(has.ours, 'http'))).toEqual(ours);
});

test('a label that makes Traefik panic drops its container only', async () => {
  const { mark } = pair.stage.show(
    containersOf({
      bad: { expose: [80], labels: ['traefik.http.routers.a].rule=Host(`a`)'] },
      good: { expose: [80], labels: [rule] },
    }),
  );
  expect(routers(comparable(await pair.stage.ours(mark), 'http'))).toEqual(['r']);
  // Theirs gets no news any more, for as long as the container is there.
  await until('Traefik panics', () => /panic/i.test(pair.theirLog()));
});
