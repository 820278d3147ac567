import type { Cause } from './cause.ts';

const SET_TOKEN =
  'Give the server one that may edit DNS: rdc context set-infra NAME --cf-dns-token-file FILE, then push-infra.';

/**
 * Why Traefik gets no certificate. Its errors are lego's and the ACME server's (RFC 8555, 6.7), whose texts these patterns were
 * taken from (Traefik 3.7.15, lego 5.5.2).
 */
export const CAUSES: readonly Cause[] = [
  {
    code: 'storage-open',
    pattern: /permissions (\d+) for (\S+) are too open/,
    why: "Traefik's file of certificates may be read by others (mode $1): it makes none as long as that is so",
    fix: 'rdc cert retry -m NAME puts it right.',
    patience: 'lasting',
    isForAll: true,
  },
  {
    code: 'storage-damaged',
    pattern: /unexpected end of JSON input|invalid character .* (?:looking for|after|in) |cannot unmarshal/,
    why: "Traefik's file of certificates is damaged",
    fix: 'rdc cert retry -m NAME sets it aside; rdc cert import brings a saved one back.',
    patience: 'lasting',
    isForAll: true,
  },
  {
    code: 'authority-limit',
    pattern: /:rateLimited :: ([^[\]]*?)(?:: see https?:|\]|$)/,
    why: 'the certificate authority has a limit: $1',
    fix: 'Nothing has to be done: it is tried again when the limit is over.',
    patience: 'limited',
  },
  {
    code: 'account-gone',
    pattern: /:accountDoesNotExist ::/,
    why: 'the certificate authority does not know our account any more',
    fix: 'rdc cert retry -m NAME --new-account makes another.',
    patience: 'lasting',
    isForAll: true,
  },
  {
    code: 'caa-forbids',
    pattern: /:caa :: (.*?)(?:\]|$)/,
    why: 'a CAA record of the domain does not let this certificate authority make certificates: $1',
    fix: 'Add one that names it, as in 0 issue "letsencrypt.org", or remove them all.',
    patience: 'checked',
  },
  {
    code: 'page-unseen',
    pattern:
      /:(?:unauthorized|connection|dns|incorrectResponse|tls) :: (.*https?:\/\/.*?\/\.well-known.*?|.*(?:no valid A records|NXDOMAIN looking up A|Timeout during connect|Connection refused).*?)(?:\]|$)/,
    why: "the certificate authority does not get its page from here by the host's address: $1",
    fix: "The host's records must lead to this server (rdc dns check -m NAME), and port 80 must be open to the internet.",
    patience: 'checked',
  },
  {
    code: 'record-unseen',
    pattern:
      /time limit exceeded|did not return the expected TXT|:(?:unauthorized|dns|incorrectResponse) :: (?:No TXT|Incorrect TXT|DNS problem)/,
    why: "the record that was made is not seen on the domain's name servers in time",
    fix: 'A firewall may keep UDP port 53 from them: rdc context set-infra NAME --dns-propagation 30s, then push-infra.',
    patience: 'checked',
  },
  {
    code: 'host-refused',
    pattern: /:(?:rejectedIdentifier|malformed|unsupportedIdentifier) :: (.*?)(?:\]|$)/,
    why: 'the certificate authority makes no certificate for this name: $1',
    fix: 'Choose another name, or use tls=true without a resolver.',
    patience: 'lasting',
  },
  {
    code: 'token-wrong',
    pattern: /9109: Invalid access token|1000: Invalid API Token|10000: Authentication error/,
    why: 'Cloudflare does not accept the token',
    fix: SET_TOKEN,
    patience: 'lasting',
    isForAll: true,
  },
  {
    code: 'token-malformed',
    pattern: /\b6003: Invalid request headers/,
    why: 'what is set as the token is none',
    fix: SET_TOKEN,
    patience: 'lasting',
    isForAll: true,
  },
  {
    code: 'credentials-missing',
    pattern: /some credentials information are missing: (.*)/,
    why: 'the DNS provider got no credentials: $1',
    fix: 'Set its variables: rdc context set-infra NAME --dns-variables-file FILE, then push-infra.',
    patience: 'lasting',
    isForAll: true,
  },
  {
    code: 'provider-throttled',
    pattern: /\[status code 429\]/,
    why: 'the DNS provider gets more requests than it takes',
    fix: 'Nothing has to be done: it is tried again.',
    patience: 'passing',
    isForAll: true,
  },
  {
    code: 'provider-down',
    pattern: /\[status code 5\d\d\] ?(.*?)(?:\]|$)/,
    why: 'the DNS provider is out of order: $1',
    fix: 'Nothing has to be done: it is tried again.',
    patience: 'passing',
    isForAll: true,
  },
  {
    code: 'challenge-elsewhere',
    pattern:
      /could not find zone for domain "(?:\*\.)?([^"*]+)": \[fqdn=(?!_acme-challenge\.\1\.)(?<shown>\S+?)\.\]/,
    why: "a CNAME leads from the domain's challenge record to $1, where none can be made; a wildcard CNAME does so, too",
    fix: 'Give the host records of its own: rdc dns apply -m NAME --adopt, then rdc cert retry -m NAME.',
    patience: 'lasting',
  },
  {
    code: 'domain-missing',
    pattern:
      /could not find the start of authority for '(?:_acme-challenge\.)?(\S+?)\.' \[[^\]]*code=NXDOMAIN/,
    why: 'there is no domain $1: no name server knows it',
    fix: 'Register it, or correct the name in the rule.',
    patience: 'lasting',
  },
  {
    code: 'resolver-dead',
    pattern: /could not find the start of authority|\[fqdn=\S+\] |unexpected response for /,
    // Not for all: it may be the domain's own that are dead.
    why: "the server's name servers do not answer for the domain",
    fix: 'See /etc/resolv.conf of the server, or name others: rdc context set-infra NAME --dns-resolvers 1.1.1.1:53.',
    patience: 'passing',
  },
  {
    code: 'authority-untrusted',
    pattern: /x509: |create certificates pool/,
    why: 'nobody whom the server trusts vouches for the ACME server',
    fix: 'Name who does: rdc context set-infra NAME --acme-ca FILE, then push-infra.',
    patience: 'lasting',
    isForAll: true,
  },
  {
    code: 'authority-down',
    pattern: /get directory at '([^']+)'|acme: error: 5\d\d|:serverInternal ::|:badNonce ::/,
    why: 'the ACME server does not answer as it should',
    fix: 'Nothing has to be done: it is tried again.',
    patience: 'passing',
    isForAll: true,
  },
  {
    code: 'provider-unreachable',
    pattern: /context deadline exceeded|connection refused|i\/o timeout|no such host|network is unreachable/,
    why: 'neither the DNS provider nor the ACME server can be reached from the server',
    fix: 'It needs the way out to both, by TCP port 443.',
    patience: 'passing',
    isForAll: true,
  },
  {
    code: 'zone-unseen',
    pattern: /failed to find zone (\S+?)\.?: |could not find zone/,
    why: 'the DNS provider shows the token no zone $1',
    fix: 'Let the token see it, or use the resolver letsencrypt-http for hosts whose records are elsewhere.',
    patience: 'lasting',
  },
  {
    code: 'no-word',
    pattern: /^$/,
    why: 'Traefik has said nothing of it for ten minutes',
    fix: 'See what it logs: rdc proxy logs -m NAME.',
    patience: 'lasting',
  },
];
