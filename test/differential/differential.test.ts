import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { structType } from '../../src/core/labels/schema.ts';
import { comparable } from './compare.ts';
import { everyLeaf, NAME, sampleValue } from './every-label.ts';
import { type Case, containersOf, type Given } from './given.ts';
import { createPair, type Pair } from './pair.ts';

/**
 * The same containers through Traefik's own Docker provider and through our route server: both Traefiks must have the same
 * routers, services and middlewares, with the same errors. Each file of the corpus has cases by name; a case is its
 * containers by service, each with its labels and what else matters.
 */
const CORPUS = join(import.meta.dirname, 'corpus');

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
