import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serviceAddress } from '../../src/core/network/subnet.ts';
import type { FakeContainer } from '../fake-docker.ts';
import { everyLeaf, NAME, sampleValue } from './every-label.ts';
import { createStage, NETWORK_ID } from './pair.ts';

/** Sets of labels for each way of reading them; many more in the long form. */
const RUNS = Number(process.env['REDIACC_FUZZ_RUNS'] ?? 500);
const LEAVES = everyLeaf();

const NAMES = [
  'web',
  'Web',
  'a-b_c',
  'größe',
  'a b',
  'a@b',
  'x@docker',
  '[0]',
  'a[1]',
  'a]',
  '"',
  "'",
  '`',
  '\\',
  '║',
  '#',
  ': ',
  '- ',
  '\u0000',
  '\u2028',
  '😀',
  '\ud800',
  'null',
  'no',
  '~',
  '{}',
  '*',
  '&x',
  '!y',
  '%',
  '<<',
  '1',
  '1.0',
  '2024-01-01',
];
const VALUES = [
  ...NAMES,
  '',
  ' ',
  'true',
  'TRUE',
  'tRUE',
  'false',
  '0',
  '-1',
  '+7',
  '1.5',
  '1e400',
  '0x10',
  '9223372036854775807',
  '9223372036854775808',
  '10',
  '10s',
  '1d',
  '-5ms',
  '-9223372036854775808',
  '9223372037s',
  '2562047h48m',
  '1e3s',
  '1_000',
  '٣',
  'a,b',
  'a,,b,',
  ' a , b ',
  'a║b',
  'Host(`a.example.org`)',
  'Host(`a`',
  'HostSNI(`*`)',
  'web',
  'web,websecure',
  'http://127.0.11.2:80',
  'http://web:80',
  '://',
  'https',
  'a\nb',
  'a\r\n---\nb',
  '\t',
  '\u0085',
  '\ufeff',
  '\uffff',
  '${x}',
  '{{ x }}',
  '$2y$05$x',
  '-----BEGIN CERTIFICATE-----',
];

const name = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const leaf = fc.constantFrom(...LEAVES);
/** Keys as the schema has them, with names filled in, and some that nobody has. */
const key = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(leaf, name).map(([{ path }, filled]) => `traefik.${path.replaceAll(NAME, filled)}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(leaf, name)
      .map(([{ path }, more]) => `traefik.${path.replaceAll(NAME, 'x')}.${more}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(leaf, fc.nat(60))
      .map(([{ path }, at]) => `traefik.${path.slice(0, at)}${path.slice(at + 1)}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(leaf, name)
      .map(([{ path }, part]) => `traefik.${path.toUpperCase().replaceAll(NAME, part)}`),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `traefik.http.${text}`),
  },
);
const value = fc.oneof(
  fc.constantFrom(...VALUES),
  leaf.map(({ field }) => sampleValue(field)),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
/** Whole labels that are right, so that not every set is wrong. */
const right = fc
  .tuple(leaf, fc.constantFrom('web', 'api', 'größe', 'x y'))
  .map(([{ path, field }, filled]): [string, string] => [
    `traefik.${path.replaceAll(NAME, filled)}`,
    sampleValue(field),
  ]);
const labels = fc.oneof(
  fc.array(right, { maxLength: 5 }),
  fc.array(fc.oneof({ weight: 3, arbitrary: right }, { weight: 1, arbitrary: fc.tuple(key, value) }), {
    maxLength: 6,
  }),
);

function container(id: string, slot: number, own: readonly (readonly [string, string])[]): FakeContainer {
  const address = serviceAddress(NETWORK_ID, slot);
  return {
    id,
    name: id,
    address,
    exposed: ['80/tcp'],
    state: 'running',
    labels: {
      'rediacc.network_id': String(NETWORK_ID),
      'rediacc.service_ip': address,
      'traefik.enable': 'true',
      ...Object.fromEntries(own),
    },
  };
}

const good = container('good', 0, [
  ['traefik.http.routers.good.rule', 'Host(`good.example.com`)'],
  ['traefik.http.routers.good.entrypoints', 'web'],
  ['traefik.http.routers.good.middlewares', 'good'],
  ['traefik.http.middlewares.good.compress', 'true'],
]);

test.each([
  ['trusted', ['--trust-labels']],
  ['limited', []],
])(
  'whatever %s labels say, Traefik takes the document and a right container is routed',
  async (_, options) => {
    await using stage = await createStage([...options, '--base-domain=example.com']);
    await fc.assert(
      fc.asyncProperty(labels, labels, async (first, second) => {
        const { mark } = stage.show([good, container('first', 1, first), container('second', 2, second)]);
        const data = await stage.ours(mark);
        expect(data['routers']?.[`good-${NETWORK_ID}@http`]).toMatchObject({
          status: 'enabled',
          service: `good-${NETWORK_ID}`,
        });
      }),
      // A document that is refused stays so: there is nothing to shrink.
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  1_800_000,
);
