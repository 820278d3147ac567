import { type DnsVerdict, judge } from '../../core/dns/check.ts';
import { wantedRecords } from '../../core/dns/wanted.ts';
import type { Entry } from '../../core/entry.ts';
import { settingOf } from '../../core/infra/settings.ts';
import { Failure } from '../../core/refusal.ts';
import { alignColumns } from '../../core/table.ts';
import { askDns, PUBLIC_RESOLVERS } from '../../edges/dns.ts';
import { askDnsServer, type DnsServer } from './server.ts';

export type CheckOptions = {
  readonly machine: string;
  /** Name servers to be asked instead of public ones. */
  readonly resolver?: readonly string[];
  readonly json?: true;
};

type Checked = DnsVerdict & { readonly host: string };

/** `rdc dns check`: what the internet is told of a server's hosts. */
export async function checkDns(options: CheckOptions, { print, endWith, ...entry }: Entry): Promise<void> {
  const server = await askDnsServer(options.machine, { print, endWith, ...entry });
  const resolvers = options.resolver ?? PUBLIC_RESOLVERS;
  const hosts = hostsToCheck(server);
  const checked = await Promise.all(hosts.map((host) => checkHost(host, server, resolvers)));
  if (options.json) print(JSON.stringify(checked, null, 2));
  else for (const line of render(checked)) print(line);
  const mayBeProxied = server.settings.trustedIps !== undefined;
  const isWell = ({ state, notes }: Checked): boolean =>
    (state === 'proxied' && mayBeProxied) ||
    state === 'spreading' ||
    (state === 'right' && notes.length === 0);
  endWith(checked.every(isWell) ? 0 : 1);
}

function hostsToCheck({ settings: { baseDomain }, hosts }: DnsServer): string[] {
  const wildcard = baseDomain === undefined ? [] : [`*.${baseDomain}`];
  const named = wantedRecords(hosts, { addresses: { ipv4: 'any' }, taken: new Set() });
  // An auto-route is the wildcard's, and there may be hundreds.
  const isAuto = (host: string): boolean =>
    baseDomain !== undefined &&
    host.endsWith(`.${baseDomain}`) &&
    /-\d+$/.test(host.slice(0, -baseDomain.length - 1));
  return [...new Set([...wildcard, ...named.map(({ name }) => name).filter((host) => !isAuto(host))])];
}

async function checkHost(
  host: string,
  { settings }: DnsServer,
  resolvers: readonly string[],
): Promise<Checked> {
  const { publicIpv4: ipv4, publicIpv6: ipv6, acmeServer } = settings;
  const answers = await askDns(host, resolvers).catch((error: Error) => {
    throw new Failure('dns-silent', `no name server of ${resolvers.join(', ')} answers`, error.message);
  });
  const wanted = wantedRecords([host], { addresses: { ipv4, ipv6 }, taken: new Set() });
  const byDns = settingOf(settings, 'dnsProvider') === 'cloudflare';
  return {
    host,
    ...judge({
      host,
      wanted,
      answers,
      byDns,
      authority: acmeServer === undefined ? 'letsencrypt.org' : undefined,
    }),
  };
}

function render(checked: readonly Checked[]): string[] {
  if (checked.length === 0) return ['no route is for a host that others could look up'];
  return alignColumns(checked.map(({ host, state, notes }) => [host, state, notes.join('; ')]));
}
