import { expect, test } from 'vitest';
import { CAUSES } from './causes.ts';
import { explainError } from './explain.ts';

/** As Traefik 3.7.15 has logged them, before Pebble or an authority's real answer; a name for `example.com`. */
const ERRORS: readonly (readonly [code: string, error: string, why: string])[] = [
  [
    'storage-open',
    'unable to get ACME account: permissions 640 for /var/lib/rediacc/proxy/acme.json are too open, please use 600',
    "Traefik's file of certificates may be read by others (mode 640): it makes none as long as that is so",
  ],
  [
    'storage-damaged',
    'unable to get ACME account: unexpected end of JSON input',
    "Traefik's file of certificates is damaged",
  ],
  [
    'storage-damaged',
    "unable to get ACME account: invalid character 'x' looking for beginning of value",
    "Traefik's file of certificates is damaged",
  ],
  [
    'authority-limit',
    'unable to generate a certificate for the domains [example.com]: acme: error: 429 :: POST :: https://acme.example/order-plz :: urn:ietf:params:acme:error:rateLimited :: too many certificates (5) already issued for this exact set of domains in the last 168h0m0s, retry after 2026-12-01 00:00:00 UTC: see https://letsencrypt.org/docs/rate-limits/#new-certificates-per-exact-set-of-hostnames',
    'the certificate authority has a limit: too many certificates (5) already issued for this exact set of domains in the last 168h0m0s, retry after 2026-12-01 00:00:00 UTC',
  ],
  [
    'account-gone',
    'unable to generate a certificate for the domains [example.com]: acme: error: 400 :: POST :: https://acme.example/order-plz :: urn:ietf:params:acme:error:accountDoesNotExist :: Account https://acme.example/my-account/1 not found',
    'the certificate authority does not know our account any more',
  ],
  [
    'caa-forbids',
    '[example.com: invalid authorization: acme: error: 403 :: urn:ietf:params:acme:error:caa :: CAA record for example.com prevents issuance]',
    'a CAA record of the domain does not let this certificate authority make certificates: CAA record for example.com prevents issuance',
  ],
  [
    'page-unseen',
    'unable to generate a certificate for the domains [example.com]: resolver: one or more domains had a problem: [example.com: invalid authorization: acme: error: 403 :: urn:ietf:params:acme:error:unauthorized :: Non-200 status code from HTTP: http://example.com:80/.well-known/acme-challenge/mDNn returned 404]',
    "the certificate authority does not get its page from here by the host's address: Non-200 status code from HTTP: http://example.com:80/.well-known/acme-challenge/mDNn returned 404",
  ],
  [
    'page-unseen',
    '[example.com: invalid authorization: acme: error: 400 :: urn:ietf:params:acme:error:connection :: 203.0.113.50: Fetching http://example.com/.well-known/acme-challenge/x: Timeout during connect (likely firewall problem)]',
    "the certificate authority does not get its page from here by the host's address: 203.0.113.50: Fetching http://example.com/.well-known/acme-challenge/x: Timeout during connect (likely firewall problem)",
  ],
  [
    'page-unseen',
    '[example.com: invalid authorization: acme: error: 400 :: urn:ietf:params:acme:error:dns :: no valid A records found for example.com; no valid AAAA records found for example.com]',
    "the certificate authority does not get its page from here by the host's address: no valid A records found for example.com; no valid AAAA records found for example.com",
  ],
  [
    'record-unseen',
    '[example.com: dns01: time limit exceeded: last error: recursive nameservers: NS 192.0.2.53:53 did not return the expected TXT record]',
    "the record that was made is not seen on the domain's name servers in time",
  ],
  [
    'record-unseen',
    '[example.com: invalid authorization: acme: error: 403 :: urn:ietf:params:acme:error:unauthorized :: No TXT records found for DNS challenge]',
    "the record that was made is not seen on the domain's name servers in time",
  ],
  [
    'host-refused',
    'acme: error: 400 :: POST :: https://acme.example/order-plz :: urn:ietf:params:acme:error:rejectedIdentifier :: The ACME server refuses to issue a certificate for this domain name',
    'the certificate authority makes no certificate for this name: The ACME server refuses to issue a certificate for this domain name',
  ],
  [
    'token-wrong',
    '[example.com: dns01: error presenting token (example.com): cloudflare: failed to find zone example.com.: [status code 403] 9109: Invalid access token]',
    'Cloudflare does not accept the token',
  ],
  [
    'token-wrong',
    'cloudflare: failed to create TXT record: [status code 403] 10000: Authentication error',
    'Cloudflare does not accept the token',
  ],
  [
    'token-malformed',
    'failed to find zone example.com.: [status code 400] 6003: Invalid request headers; 6111: Invalid format for Authorization header',
    'what is set as the token is none',
  ],
  [
    'credentials-missing',
    'cannot get ACME client cloudflare: some credentials information are missing: CLOUDFLARE_EMAIL,CLOUDFLARE_API_KEY or CLOUDFLARE_DNS_API_TOKEN,CLOUDFLARE_ZONE_API_TOKEN',
    'the DNS provider got no credentials: CLOUDFLARE_EMAIL,CLOUDFLARE_API_KEY or CLOUDFLARE_DNS_API_TOKEN,CLOUDFLARE_ZONE_API_TOKEN',
  ],
  [
    'provider-throttled',
    'failed to find zone example.com.: [status code 429] 971: Please wait and consider throttling your request speed',
    'the DNS provider gets more requests than it takes',
  ],
  [
    'provider-down',
    '[example.com: dns01: error presenting token (example.com): cloudflare: failed to find zone example.com.: [status code 500] 10000: internal] [www.example.com: …]',
    'the DNS provider is out of order: 10000: internal',
  ],
  [
    'challenge-elsewhere',
    `[www.example.com: dns01: error presenting token (www.example.com): cloudflare: could not find zone for domain "www.example.com": [fqdn=home.ddns.example.] could not find the start of authority for 'home.ddns.example.' [question='example. IN  SOA', code=NXDOMAIN]]`,
    "a CNAME leads from the domain's challenge record to home.ddns.example, where none can be made; a wildcard CNAME does so, too",
  ],
  [
    'domain-missing',
    `[*.example.com: dns01: error presenting token (*.example.com): cloudflare: could not find zone for domain "*.example.com": [fqdn=_acme-challenge.example.com.] could not find the start of authority for '_acme-challenge.example.com.' [question='com. IN  SOA', code=NXDOMAIN]]`,
    'there is no domain example.com: no name server knows it',
  ],
  [
    'resolver-dead',
    `[x.example.com: dns01: error presenting token (x.example.com): cloudflare: could not find zone for domain "x.example.com": [fqdn=_acme-challenge.x.example.com.] unexpected response for '_acme-challenge.x.example.com.' [question='_acme-challenge.x.example.com. IN  SOA', code=SERVFAIL]]`,
    "the server's name servers do not answer for the domain",
  ],
  [
    'zone-unseen',
    '[example.com: dns01: error presenting token (example.com): cloudflare: failed to find zone example.com.: zone could not be found]',
    'the DNS provider shows the token no zone example.com',
  ],
  [
    'authority-untrusted',
    `cannot get ACME client get directory at 'https://acme.example/dir': unable to communicate with the API server: error: Get "https://acme.example/dir": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    'nobody whom the server trusts vouches for the ACME server',
  ],
  [
    'authority-down',
    `cannot get ACME client get directory at 'https://acme.example/dir': Get "https://acme.example/dir": dial tcp 192.0.2.1:443: connect: connection refused`,
    'the ACME server does not answer as it should',
  ],
  [
    'authority-down',
    'acme: error: 400 :: POST :: https://acme.example/order :: urn:ietf:params:acme:error:badNonce :: JWS has an invalid anti-replay nonce',
    'the ACME server does not answer as it should',
  ],
  [
    'provider-unreachable',
    'cloudflare: failed to find zone example.com.: Get "https://api.cloudflare.com/client/v4/zones": context deadline exceeded',
    'neither the DNS provider nor the ACME server can be reached from the server',
  ],
  ['no-word', '', 'Traefik has said nothing of it for ten minutes'],
  ['unknown', 'hetzner: something else', 'Traefik says: hetzner: something else'],
];

test.each(ERRORS)('%s: %s', (code, error, why) => {
  const explained = explainError(error);
  expect(explained.why).toBe(why);
  expect(explained.cause.code).toBe(code);
});

test.each([
  'permissions 640 for /f are too open',
  '[status code 403] 9109: Invalid access token',
  'x509: certificate signed by unknown authority',
  'urn:ietf:params:acme:error:badNonce :: x',
  'context deadline exceeded',
])('a page with %j in it is nothing to the other hosts', (words) => {
  const error = `[a.test: invalid authorization: acme: error: 403 :: urn:ietf:params:acme:error:unauthorized :: 203.0.113.50: Invalid response from http://a.test/.well-known/acme-challenge/x: "${words}"]`;
  expect(explainError(error).cause).toMatchObject({ code: 'page-unseen', patience: 'checked' });
});

test('nor is a host with the number of an error for its name', () => {
  const error = 'cloudflare: failed to find zone 9109.test.: zone could not be found';
  expect(explainError(error).cause.code).toBe('zone-unseen');
});

test('every cause is in the table', () => {
  const told = new Set(ERRORS.map(([code]) => code));
  expect(CAUSES.filter(({ code }) => !told.has(code))).toEqual([]);
  expect(new Set(CAUSES.map(({ code }) => code)).size).toBe(CAUSES.length);
});
