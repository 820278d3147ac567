import {
  readCertificates,
  readDnsProvider,
  readEmail,
  readHttpsUrl,
  readLifetime,
  readPropagation,
  readServers,
} from './certificate-values.ts';
import type { Setting } from './setting.ts';

/** What decides who makes certificates, and how it is shown that a host is ours. */
export const CERTIFICATE_SETTINGS: readonly Setting[] = [
  {
    key: 'certEmail',
    option: '--cert-email',
    operand: '<address>',
    description: "of the account at Let's Encrypt, to which it writes about certificates",
    read: readEmail,
  },
  {
    key: 'acmeServer',
    option: '--acme-server',
    operand: '<url>',
    description:
      "another directory than Let's Encrypt's, such as its staging one; certificates of each are kept apart",
    read: readHttpsUrl,
  },
  {
    key: 'acmeCa',
    option: '--acme-ca',
    operand: '<file>',
    isFile: true,
    description: 'PEM certificates of whoever vouches for that directory, when no system knows them',
    read: readCertificates,
  },
  {
    key: 'certLifetime',
    option: '--cert-lifetime',
    operand: '<time>',
    description: 'how long its certificates are good, which decides when they are renewed',
    preset: '2160h',
    read: readLifetime,
  },
  {
    key: 'dnsProvider',
    option: '--dns-provider',
    operand: '<name>',
    description: 'who has the records, by the name that Traefik knows it by (go-acme.github.io/lego/dns)',
    preset: 'cloudflare',
    read: readDnsProvider,
  },
  {
    key: 'dnsResolvers',
    option: '--dns-resolvers',
    operand: '<addresses>',
    description: "name servers that Traefik asks about its records, as in 1.1.1.1:53 (default: the server's)",
    read: readServers,
  },
  {
    key: 'dnsPropagation',
    option: '--dns-propagation',
    operand: '<check|time>',
    description:
      "check: until the domain's own name servers have a record, which takes UDP port 53 to them; a time, as in 30s, waits for so long instead",
    preset: 'check',
    read: readPropagation,
  },
];
