import { Resolver } from 'node:dns/promises';
import type { CaaRecord, DnsAnswers } from '../core/dns/check.ts';

/** How long a name server may take, in milliseconds, and how often it is asked. */
const PATIENCE = { timeout: 3_000, tries: 2 };

/** Those that most of the internet asks: Cloudflare's and Google's. */
export const PUBLIC_RESOLVERS: readonly string[] = ['1.1.1.1', '8.8.8.8'];

/** @param servers `host` or `host:port` of name servers */
function resolverAt(servers: readonly string[]): Resolver {
  const resolver = new Resolver(PATIENCE);
  resolver.setServers([...servers]);
  return resolver;
}

/**
 * Asks the zone's own name servers and public ones about a host; a wildcard is asked for by a name below it.
 *
 * @throws Error when no public one answers
 */
export async function askDns(host: string, servers: readonly string[]): Promise<DnsAnswers> {
  const everybody = resolverAt(servers);
  const base = host.replace(/^\*\./, '');
  const asked = host === base ? host : `rediacc-check.${base}`;
  const own = await ownServers(everybody, base);
  const [mine, elsewhere, caa, challenge] = await Promise.all([
    own === undefined ? undefined : addressesOf(resolverAt(own), asked).catch(() => undefined),
    addressesOf(everybody, asked),
    nearestCaa(everybody, base),
    orNothing(everybody.resolveCname(`_acme-challenge.${base}`), []),
  ]);
  return { own: mine, elsewhere, caa, challenge: challenge[0] };
}

/** How long all of the machine's own name servers may take together, in milliseconds: somebody waits. */
const OWN_PATIENCE = 1_000;

/** The addresses of a host, by the machine's own name servers; undefined: none of them answers in time. */
export async function lookUpAddresses(host: string): Promise<string[] | undefined> {
  const resolver = new Resolver({ timeout: OWN_PATIENCE, tries: 1 });
  const timer = setTimeout(() => resolver.cancel(), OWN_PATIENCE);
  try {
    return await addressesOf(resolver, host).catch(() => undefined);
  } finally {
    clearTimeout(timer);
  }
}

async function addressesOf(resolver: Resolver, name: string): Promise<string[]> {
  const families = [resolver.resolve4(name), resolver.resolve6(name)].map((one) => orNothing(one, []));
  return (await Promise.all(families)).flat();
}

/** Addresses of the name servers of the nearest name above that has some. */
async function ownServers(resolver: Resolver, name: string): Promise<string[] | undefined> {
  for (let zone = name; zone.includes('.'); zone = zone.slice(zone.indexOf('.') + 1)) {
    const names = await orNothing(resolver.resolveNs(zone), []);
    const addresses = await Promise.all(names.map((one) => addressesOf(resolver, one).catch(() => [])));
    const servers = addresses.flat();
    if (servers.length > 0) return servers;
  }
  return undefined;
}

async function nearestCaa(resolver: Resolver, name: string): Promise<CaaRecord[]> {
  for (let zone = name; zone.includes('.'); zone = zone.slice(zone.indexOf('.') + 1)) {
    const records = await orNothing(resolver.resolveCaa(zone), []);
    const found = records.flatMap(({ issue, issuewild }) => [
      ...(issue === undefined ? [] : [{ tag: 'issue', value: issue }]),
      ...(issuewild === undefined ? [] : [{ tag: 'issuewild', value: issuewild }]),
    ]);
    if (found.length > 0) return found;
  }
  return [];
}

/** No such name, and no such record, are answers. */
async function orNothing<T>(asked: Promise<T>, nothing: T): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOTFOUND' || code === 'ENODATA') return nothing;
    throw error;
  }
}
