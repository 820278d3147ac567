import { parentWildcard } from '../claims/host-names.ts';
import type { Options } from '../labels/decode.ts';

export type CertificateContext = {
  /** Hosts of the router's rule. */
  readonly hosts: readonly string[];
  /** Hosts that the repository has. */
  readonly owned: ReadonlySet<string>;
  /** Auto-routes have one certificate for all names right below it; its resolver can make wildcards. */
  readonly wildcard?: { readonly baseDomain: string; readonly resolver: string };
};

/**
 * A router's TLS options with the certificate that it is to have: never for hosts of others, and below the base domain the one
 * wildcard certificate that all share, instead of one for each host.
 *
 * @returns with the domains that were left out, since they are not the repository's
 */
export function chooseCertificate(
  tls: Options,
  context: CertificateContext,
): { tls: Options; foreign: readonly string[] } {
  const { domains, ...rest } = tls;
  if (tls['certResolver'] === undefined) return { tls, foreign: [] };
  const asked = ((domains ?? []) as Options[]).map(domainNames).filter((names) => names.length > 0);
  const shared = sharedWildcard(String(tls['certResolver']), context);
  const isShared = (name: string): boolean =>
    shared !== undefined && (name === shared || parentWildcard(name) === shared);
  const foreign = asked.flat().filter((name) => !isShared(name) && !isOwn(name, context.owned));
  const wanted = asked.length > 0 ? asked : [context.hosts];
  const own = wanted
    .map((names) => names.filter((name) => !isShared(name) && !foreign.includes(name)))
    .filter((names) => names.length > 0);
  const isUnder = wanted.flat().some(isShared);
  // Without a list Traefik takes the hosts of the rule, which is right unless the wildcard has some of them.
  if (asked.length === 0 && !isUnder) return { tls: rest, foreign };
  const all = [...(isUnder && shared !== undefined ? [[shared]] : []), ...own];
  return { tls: all.length === 0 ? rest : { ...rest, domains: all.map(toDomain) }, foreign };
}

function sharedWildcard(resolver: string, { wildcard }: CertificateContext): string | undefined {
  return wildcard?.resolver === resolver ? `*.${wildcard.baseDomain}` : undefined;
}

/** Of an entry of `tls.domains`. */
export function domainNames({ main, sans }: Options): string[] {
  return [main ?? [], sans ?? []]
    .flat()
    .map((name) => String(name).toLowerCase())
    .filter(Boolean);
}

function toDomain([main = '', ...sans]: readonly string[]): Options {
  return sans.length === 0 ? { main } : { main, sans: [...sans] };
}

/** Who has `example.com` may have a certificate for `*.example.com`, which the names of others do not need. */
function isOwn(name: string, owned: ReadonlySet<string>): boolean {
  return (
    owned.has(name) ||
    owned.has(parentWildcard(name) ?? name) ||
    (name.startsWith('*.') && owned.has(name.slice(2)))
  );
}
