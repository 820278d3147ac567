import { stringify } from 'yaml';

/**
 * The command that makes a self-signed certificate and prints it after its key: for a domain and the names right below it, as
 * long as browsers take one (825 days).
 */
export function certificateCommand(domain: string): [string, ...string[]] {
  return [
    ...(['openssl', 'req', '-x509', '-subj', `/CN=${domain}`, '-days', '825'] as const),
    ...['-addext', `subjectAltName=DNS:${domain},DNS:*.${domain}`],
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '-'],
  ];
}

/** Dynamic configuration that gives Traefik a certificate for every host which has none of its own. */
export function renderDefaultCertificate(pem: string): string {
  const part = (name: string): string =>
    new RegExp(`-----BEGIN ${name}-----.*?-----END ${name}-----\n`, 's').exec(pem)?.[0] ?? '';
  const defaultCertificate = { certFile: part('CERTIFICATE'), keyFile: part('PRIVATE KEY') };
  return stringify({ tls: { stores: { default: { defaultCertificate } } } });
}
