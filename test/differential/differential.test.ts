import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { structType } from '../../src/core/labels/schema.ts';
import { serviceAddress } from '../../src/core/network/subnet.ts';
import type { FakeContainer } from '../fake-docker.ts';
import { comparable } from './compare.ts';
import { everyLeaf, NAME, sampleValue } from './every-label.ts';
import { createPair, NETWORK_ID, type Pair } from './pair.ts';

/**
 * The same containers through Traefik's own Docker provider and through our route server: both Traefiks must have the same
 * routers, services and middlewares, with the same errors. Each file of the corpus has cases by name; a case is its
 * containers by service, each with its labels and what else matters.
 */
const CORPUS = join(import.meta.dirname, 'corpus');

type Given = {
  /** As in a compose file. `traefik.enable=true` is added unless they say otherwise. */
  labels?: string[];
  expose?: (number | string)[];
  state?: FakeContainer['state'];
  health?: FakeContainer['health'];
  /** Containers of the service, one by default. */
  replicas?: number;
  /** The name of a container that Compose did not make. */
  container?: string;
};
type Case = Readonly<Record<string, Given | string[]>>;

function containersOf(services: Case): FakeContainer[] {
  let slot = 0;
  return Object.entries(services).flatMap(([service, value]) => {
    const given: Given = Array.isArray(value) ? { labels: value } : value;
    return Array.from({ length: given.replicas ?? 1 }, (_, index) =>
      container(service, given, index, slot++),
    );
  });
}

function container(...[service, given, index, slot]: [string, Given, number, number]): FakeContainer {
  const labels = (given.labels ?? []).map((label) => label.split(/=(.*)/s).slice(0, 2) as [string, string]);
  const address = serviceAddress(NETWORK_ID, slot);
  return {
    id: `${service} ${index}`,
    name: given.container ?? `app-${service}-${index + 1}`,
    address,
    exposed: (given.expose ?? []).map((port) => (typeof port === 'number' ? `${port}/tcp` : port)),
    state: given.state ?? 'running',
    ...(given.health === undefined ? {} : { health: given.health }),
    labels: {
      ...(given.container === undefined
        ? { 'com.docker.compose.project': 'app', 'com.docker.compose.service': service }
        : {}),
      'rediacc.network_id': String(NETWORK_ID),
      'rediacc.service_ip': address,
      'rediacc.service_name': service,
      'traefik.enable': 'true',
      ...Object.fromEntries(labels),
    },
  };
}

let pair: Pair;
beforeAll(async () => {
  pair = await createPair(['--trust-labels', '--auto-routes=off']);
});
afterAll(() => pair?.[Symbol.asyncDispose]());

/** One container each, so that a label that is refused takes no other with it. */
test('every label of the schema', async () => {
  const leaves = everyLeaf();
  expect(leaves.length).toBeGreaterThan(250);
  const services = leaves.map(({ path, field }, index): [string, Given] => [
    `s${index}`,
    { expose: [80], labels: [`traefik.${path.replaceAll(NAME, `n${index}`)}=${sampleValue(field)}`] },
  ]);
  const { theirs, ours } = await pair.show(containersOf(Object.fromEntries(services)));
  expect(comparable(ours, 'http')).toEqual(comparable(theirs, 'docker'));
  const middlewares = Object.values(theirs['middlewares'] ?? {}).flatMap(Object.keys);
  const known = Object.values(structType('Middleware')?.fields ?? {}).filter(({ ignored }) => !ignored);
  expect(known.map(({ key }) => key).filter((key) => !middlewares.includes(key))).toEqual([]);
});

for (const file of readdirSync(CORPUS).sort()) {
  const cases = parse(readFileSync(join(CORPUS, file), 'utf8')) as Record<string, Case>;
  test.each(Object.entries(cases))(`${file.replace('.yaml', '')}: %s`, async (_, services) => {
    const { theirs, ours } = await pair.show(containersOf(services));
    expect(comparable(ours, 'http')).toEqual(comparable(theirs, 'docker'));
  });
}
