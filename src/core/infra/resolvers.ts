import { DNS_RESOLVER, HTTP_RESOLVER } from '../resolver-names.ts';
import type { CertificateResolver } from '../traefik/resolvers.ts';
import { lifetimeHours } from './certificate-values.ts';
import { PLACES } from './places.ts';
import type { KeptSecrets } from './secrets.ts';
import type { InfraSettings } from './setting.ts';
import { settingOf } from './settings.ts';

export type ResolverInput = { readonly settings: InfraSettings; readonly secrets: KeptSecrets };

/** Who makes certificates on a server: nobody without an e-mail address, and by DNS only where records can be made. */
export function resolversOf(input: ResolverInput): CertificateResolver[] {
  const { settings } = input;
  const { certEmail: email, acmeServer: server, acmeCa } = settings;
  if (email === undefined) return [];
  const common = {
    email,
    lifetime: lifetimeHours(settingOf(settings, 'certLifetime')),
    ...(server === undefined ? {} : { server }),
    ...(acmeCa === undefined ? {} : { authorities: [PLACES.acmeCa] }),
  };
  const named = (name: string) => ({ name, storage: storagePath(name, server), ...common });
  const dns = { ...named(DNS_RESOLVER), challenge: dnsChallenge(settings) };
  const http = { ...named(HTTP_RESOLVER), challenge: { kind: 'http', entryPoint: 'web' } as const };
  return [...(canMakeRecords(input) ? [dns] : []), http];
}

function dnsChallenge(settings: InfraSettings) {
  const wait = settingOf(settings, 'dnsPropagation');
  return {
    kind: 'dns' as const,
    provider: settingOf(settings, 'dnsProvider'),
    resolvers: settings.dnsResolvers?.split(',') ?? [],
    ...(wait === 'check' ? {} : { wait }),
  };
}

function canMakeRecords({ settings, secrets }: ResolverInput): boolean {
  const isCloudflare = settingOf(settings, 'dnsProvider') === 'cloudflare';
  return secrets.dnsVariables !== undefined || (isCloudflare && secrets.cfDnsToken !== undefined);
}

const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory';

/**
 * Of each ACME server its own: Traefik would go on with the certificates of another, which browsers may not trust. And of each resolver:
 * the second that finds a shared file unreadable takes it for empty, and overwrites it (pkg/provider/acme/local_store.go of 3.7.15).
 */
export function storagePath(resolver: string, server = LETS_ENCRYPT): string {
  const name = server
    .replace('https://', '')
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/-$/, '');
  const file = `${server === LETS_ENCRYPT ? 'acme' : `acme-${name}`}${resolver === HTTP_RESOLVER ? '.http' : ''}`;
  return `${PLACES.proxyState}/${file}.json`;
}

/** What an operator should know who has left something out. */
export function missingForCertificates(input: ResolverInput): string[] {
  if (input.settings.certEmail === undefined)
    return ['without --cert-email there are no certificates: browsers will warn of each page'];
  if (canMakeRecords(input)) return [];
  const provider = settingOf(input.settings, 'dnsProvider');
  const what = provider === 'cloudflare' ? '--cf-dns-token-file' : '--dns-variables-file';
  return [
    `without ${what} there is no wildcard certificate: each host gets its own by HTTP (letsencrypt-http), for which the internet must reach port 80`,
  ];
}
