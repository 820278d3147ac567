/** The certificate resolver by DNS (RFC 8555, DNS-01), by the name that labels use. */
export const DNS_RESOLVER = 'letsencrypt';
/** By a page that the certificate authority fetches on port 80 (HTTP-01): for hosts whose records are elsewhere. */
export const HTTP_RESOLVER = 'letsencrypt-http';

/** The first that can make certificates for wildcards, which takes DNS. */
export function wildcardResolver(names: readonly string[] | 'ignored'): string | undefined {
  return names === 'ignored' ? undefined : names.find((name) => name !== HTTP_RESOLVER);
}
