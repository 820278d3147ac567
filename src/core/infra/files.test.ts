import { matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { bareServer, EVERYTHING, IPV4, PROGRAMS, TOKEN } from '../../../test/given-server.ts';
import { Secret } from '../secret.ts';
import { planEntryPoints } from './entry-points.ts';
import { FACTS_SCRIPT, OUR_FILES } from './facts-script.ts';
import { type Secrets, wantedFiles } from './files.ts';
import { readInfra } from './infra-file.ts';
import { certificatePath, reveal } from './plan.ts';
import { type InfraSettings, SETTINGS, settingOf } from './settings.ts';
import type { WantedFile } from './wanted-file.ts';

const cfDnsToken = new Secret(TOKEN);

function filesOf(settings: InfraSettings, secrets: Secrets = { cfDnsToken }): WantedFile[] {
  const { entryPoints } = planEntryPoints(settings, bareServer(), []);
  return wantedFiles({ settings, secrets, entryPoints, programs: PROGRAMS });
}

function textOf(path: string, files: readonly WantedFile[]): string {
  const file = files.find((one) => one.path === path);
  return file === undefined ? '' : reveal(file.text);
}

/** Behind NAT there are more. */
const everyFile = filesOf({ ...EVERYTHING, isolation: 'on', publicIpv4: '203.0.113.99' });

test('every setting is another than nothing in these tests', () => {
  for (const { key } of SETTINGS) expect(EVERYTHING[key]).not.toBe(settingOf({}, key));
});

test.each([...everyFile.map(({ path }) => path), certificatePath()])(
  '%s is looked for on a server',
  (path) => {
    expect(OUR_FILES.filter((pattern) => matchesGlob(path, pattern))).toHaveLength(1);
  },
);

test.each(OUR_FILES)('%s is written by a push', (pattern) => {
  const paths = [...everyFile.map(({ path }) => path), certificatePath()];
  expect(paths.some((path) => matchesGlob(path, pattern))).toBe(true);
  expect(FACTS_SCRIPT).toContain(pattern);
});

test.each([
  '/etc/rediacc/traefik.d/mine.yml',
  '/etc/systemd/system/rediacc-proxy.service.d/override.conf',
  '/etc/systemd/system/docker.service',
  '/etc/systemd/system/nginx.service',
])("%s is an operator's own", (path) => {
  expect(OUR_FILES.filter((pattern) => matchesGlob(path, pattern))).toEqual([]);
});

test('no path is written twice', () => {
  const paths = everyFile.map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
});

test('the token stands in its own file alone', () => {
  const shown = everyFile.filter(({ text }) => reveal(text).includes(TOKEN));
  expect(shown.map(({ path }) => path)).toEqual(['/etc/rediacc/secrets/cf-dns-token']);
});

test('a server says of itself what has been set, and what has become of it', () => {
  const { entryPoints } = planEntryPoints(EVERYTHING, bareServer(), []);
  expect(readInfra(textOf('/etc/rediacc/infra.json', filesOf(EVERYTHING)), 'f')).toEqual({
    settings: EVERYTHING,
    entryPoints,
    resolvers: ['letsencrypt'],
    traefik: PROGRAMS.traefik,
  });
});

test.each<[string, InfraSettings, Secrets, boolean, boolean]>([
  ['e-mail and token', { certEmail: 'ops@example.com' }, { cfDnsToken }, true, true],
  ['e-mail and the token that it has', { certEmail: 'ops@example.com' }, { cfDnsToken: 'kept' }, true, true],
  ['a token alone', {}, { cfDnsToken }, false, true],
  ['an e-mail alone', { certEmail: 'ops@example.com' }, {}, false, false],
])('with %s', (...[, settings, secrets, hasResolver, hasToken]) => {
  const files = filesOf({ publicIpv4: IPV4, ...settings }, secrets);
  const { resolvers } = readInfra(textOf('/etc/rediacc/infra.json', files), 'f');
  expect(resolvers).toEqual(hasResolver ? ['letsencrypt'] : []);
  expect(textOf('/etc/rediacc/traefik.yml', files).includes('certificatesResolvers')).toBe(hasResolver);
  const unit = textOf('/etc/systemd/system/rediacc-proxy.service', files);
  expect(unit.includes('LoadCredential=cf-dns-token:')).toBe(hasToken);
  expect(unit.includes('CF_DNS_API_TOKEN_FILE')).toBe(hasToken);
});

test.each([
  '',
  '{',
  '[]',
  '{"settings": {}}',
  '{"settings": {"a": 1}, "entryPoints": [], "resolvers": [], "traefik": ""}',
])('the infra.json %j is damaged', (text) => {
  expect(() => readInfra(text, '/i')).toThrow(
    expect.objectContaining({
      code: 'infra-damaged',
      message: '/i is damaged: it is not as push-infra writes it',
    }),
  );
});
