import { matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { bareServer, EVERYTHING, IPV4, PROGRAMS, TOKEN } from '../../../test/given-server.ts';
import { Secret } from '../secret.ts';
import { planEntryPoints } from './entry-points.ts';
import { FACTS_SCRIPT, OUR_FILES } from './facts-script.ts';
import { wantedFiles } from './files.ts';
import { readInfra } from './infra-file.ts';
import { certificatePath, reveal } from './plan.ts';
import { storagePath } from './resolvers.ts';
import type { KeptSecrets } from './secrets.ts';
import type { InfraSettings } from './setting.ts';
import { SETTINGS, settingOf } from './settings.ts';
import type { WantedFile } from './wanted-file.ts';

const cfDnsToken = new Secret(TOKEN);
const VARIABLES = 'HETZNER_API_TOKEN=s3cret-0f-the-provider\n';
const dnsVariables = new Secret(VARIABLES);

function filesOf(settings: InfraSettings, secrets: KeptSecrets = { cfDnsToken, dnsVariables }): WantedFile[] {
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

test.each([
  ['cf-dns-token', TOKEN],
  ['dns-variables', 's3cret-0f-the-provider'],
])('%s stands in its own file alone', (file, secret) => {
  const shown = everyFile.filter(({ text }) => reveal(text).includes(secret));
  expect(shown).toMatchObject([{ path: `/etc/rediacc/secrets/${file}`, mode: 0o600 }]);
});

test('a server says of itself what has been set, and what has become of it', () => {
  const { entryPoints } = planEntryPoints(EVERYTHING, bareServer(), []);
  expect(readInfra(textOf('/etc/rediacc/infra.json', filesOf(EVERYTHING)), 'f')).toEqual({
    settings: EVERYTHING,
    entryPoints,
    resolvers: ['letsencrypt', 'letsencrypt-http'],
    traefik: PROGRAMS.traefik,
  });
});

const certEmail = 'ops@example.com';

test.each<[string, InfraSettings, KeptSecrets, string[]]>([
  ['e-mail and token', { certEmail }, { cfDnsToken }, ['letsencrypt', 'letsencrypt-http']],
  ['the token that it has', { certEmail }, { cfDnsToken: 'kept' }, ['letsencrypt', 'letsencrypt-http']],
  [
    'another provider',
    { certEmail, dnsProvider: 'hetzner' },
    { dnsVariables },
    ['letsencrypt', 'letsencrypt-http'],
  ],
  ["Cloudflare's variables", { certEmail }, { dnsVariables: 'kept' }, ['letsencrypt', 'letsencrypt-http']],
  [
    "a token that is not its provider's",
    { certEmail, dnsProvider: 'hetzner' },
    { cfDnsToken },
    ['letsencrypt-http'],
  ],
  ['an e-mail alone', { certEmail }, {}, ['letsencrypt-http']],
  ['a token alone', {}, { cfDnsToken }, []],
])('with %s certificates are made by %4$j', (...[, settings, secrets, expected]) => {
  const files = filesOf({ publicIpv4: IPV4, ...settings }, secrets);
  const { resolvers } = readInfra(textOf('/etc/rediacc/infra.json', files), 'f');
  expect(resolvers).toEqual(expected);
  const { certificatesResolvers = {} } = parse(textOf('/etc/rediacc/traefik.yml', files));
  expect(Object.keys(certificatesResolvers)).toEqual(expected);
  const unit = textOf('/etc/systemd/system/rediacc-proxy.service', files);
  expect(unit.includes('LoadCredential=cf-dns-token:')).toBe('cfDnsToken' in secrets);
  expect(unit.includes('CF_DNS_API_TOKEN_FILE')).toBe('cfDnsToken' in secrets);
  expect(unit.includes('EnvironmentFile=/etc/rediacc/secrets/dns-variables')).toBe('dnsVariables' in secrets);
});

test('a resolver is as its settings say', () => {
  const { acmeServer, acmeCa, certLifetime, dnsProvider, dnsResolvers, dnsPropagation } = EVERYTHING;
  const files = filesOf(
    {
      ...{ publicIpv4: IPV4, certEmail, acmeServer, acmeCa, certLifetime },
      dnsProvider,
      dnsResolvers,
      dnsPropagation,
    },
    { dnsVariables },
  );
  const common = {
    email: certEmail,
    keyType: 'EC256',
    certificatesDuration: 24,
    caServer: acmeServer,
    caCertificates: ['/etc/rediacc/acme-ca.pem'],
  };
  expect(parse(textOf('/etc/rediacc/traefik.yml', files)).certificatesResolvers).toEqual({
    letsencrypt: {
      acme: {
        ...common,
        storage: '/var/lib/rediacc/proxy/acme-acme.example-directory.json',
        dnsChallenge: {
          provider: 'hetzner',
          resolvers: ['192.0.2.53:53'],
          propagation: { disableChecks: true, delayBeforeChecks: '30s' },
        },
      },
    },
    'letsencrypt-http': {
      acme: {
        ...common,
        storage: '/var/lib/rediacc/proxy/acme-acme.example-directory.http.json',
        httpChallenge: { entryPoint: 'web' },
      },
    },
  });
});

test.each([
  [undefined, 'acme.json'],
  ['https://acme-v02.api.letsencrypt.org/directory', 'acme.json'],
  [
    'https://acme-staging-v02.api.letsencrypt.org/directory',
    'acme-acme-staging-v02.api.letsencrypt.org-directory.json',
  ],
  ['https://[2001:db8::1]:14000/dir?x=/../y', 'acme--2001-db8-1-14000-dir-x-..-y.json'],
])('certificates of %s are kept in %s', (server, file) => {
  expect(storagePath('letsencrypt', server)).toBe(`/var/lib/rediacc/proxy/${file}`);
  expect(storagePath('letsencrypt-http', server)).toBe(
    `/var/lib/rediacc/proxy/${file.replace('.json', '.http.json')}`,
  );
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
