import { expect, test } from 'vitest';
import {
  mergeStorages,
  readStorage,
  type Storage,
  type StoredCertificate,
  withoutAccounts,
  writeStorage,
} from './storage.ts';

/** A certificate that says of itself what stands in it. */
function certificate(
  names: string[],
  until: number,
  more: { hasKey?: boolean; says?: string[] } = {},
): StoredCertificate {
  const [main = '', ...sans] = names;
  const said = { names: more.says ?? names, until, hasKey: more.hasKey ?? true };
  return {
    domain: { main, ...(sans.length > 0 ? { sans } : {}) },
    certificate: JSON.stringify(said),
    key: 'k',
  };
}

const check = (one: StoredCertificate) => JSON.parse(one.certificate);
const storage = (...all: StoredCertificate[]): Storage => ({
  letsencrypt: { Account: { Email: 'a' }, Certificates: all },
});
const NOW = 1000;
const merge = (own: Storage, brought: Storage) =>
  mergeStorages(own, brought, { resolvers: ['letsencrypt', 'letsencrypt-http'], now: NOW, check });
const names = ({ letsencrypt }: Storage) => letsencrypt?.Certificates?.map(({ domain }) => domain.main);

test('what is not there is taken, and the account stays', () => {
  const { storage: merged, said } = merge(
    storage(certificate(['a.test'], 2000)),
    storage(certificate(['b.test', 'www.b.test'], 2000)),
  );
  expect(names(merged)).toEqual(['a.test', 'b.test']);
  expect(merged['letsencrypt']?.Account).toEqual({ Email: 'a' });
  expect(said).toEqual(['b.test, www.b.test: taken']);
});

test.each([
  [3000, 2000, 'taken, instead of one that ends earlier'],
  [2000, 2000, 'not taken: what is there is good for as long'],
  [1500, 2000, 'not taken: what is there is good for as long'],
  [NOW, 500, 'not taken: it has ended'],
])('of the same names, until %i and here until %i: %s', (brought, own, what) => {
  const result = merge(
    storage(certificate(['a.test'], own)),
    storage(certificate(['A.test'], brought, { says: ['a.test'] })),
  );
  expect(result.said).toEqual([`a.test: ${what}`]);
  expect(result.hasChanges).toBe(what.startsWith('taken'));
  expect(result.storage['letsencrypt']?.Certificates).toHaveLength(1);
});

test('of a resolver that is not here the best one has it', () => {
  const other: Storage = { myresolver: { Account: null, Certificates: [certificate(['a.test'], 2000)] } };
  expect(names(merge({}, other).storage)).toEqual(['a.test']);
});

test.each([
  ['has the key of another', { hasKey: false }],
  ['is one for b.test', { says: ['b.test'] }],
])('one that %s keeps all of the file out', (reason, more) => {
  const brought = storage(certificate(['b.test'], 2000), certificate(['a.test'], 2000, more));
  expect(() => merge({}, brought)).toThrow(
    expect.objectContaining({
      code: 'certificates-damaged',
      message: `what the file calls the certificate of a.test ${reason}`,
    }),
  );
});

test('so does one that is none', () => {
  const broken = { ...certificate(['a.test'], 2000), certificate: '' };
  expect(() => merge({}, storage(broken))).toThrow('is no certificate with its key');
});

test('one of ours that is none gives way', () => {
  const broken = { ...certificate(['a.test'], 2000), certificate: '' };
  expect(merge(storage(broken), storage(certificate(['a.test'], 2000))).said).toEqual(['a.test: taken']);
});

test('without a resolver nobody would renew them', () => {
  expect(() => mergeStorages({}, {}, { resolvers: [], now: NOW, check })).toThrow(
    expect.objectContaining({ code: 'resolver-missing' }),
  );
});

test('a file is read as it was written, without accounts when it leaves', () => {
  const all = storage(certificate(['a.test'], 2000));
  expect(readStorage(writeStorage(all))).toEqual(all);
  expect(readStorage('')).toEqual({});
  expect(withoutAccounts(all)['letsencrypt']?.Account).toBeNull();
  for (const text of ['{', '[]', '{"a": 1}', '{"a": {"Certificates": [{}]}}'])
    expect(() => readStorage(text)).toThrow();
});
