import type { WantedRecord } from './records.ts';

export type Addresses = { readonly ipv4?: string | undefined; readonly ipv6?: string | undefined };

/** The name of a host that others can look up: at least two labels, and none of this machine or of tests alone (RFC 6761). */
function isPublic(host: string): boolean {
  return host.includes('.') && !/(^|\.)(localhost|invalid|local)$/.test(host) && !/^[\d.]+$|:/.test(host);
}

/**
 * The records that make hosts lead to a server: the base domain's wildcard, and each host that it does not have. A wildcard has no name
 * that is there for itself, nor one with others below it (RFC 4592, 2.2).
 *
 * @param taken names that have records of their own
 */
export function wantedRecords(
  hosts: readonly string[],
  {
    baseDomain,
    addresses,
    taken,
  }: { baseDomain?: string | undefined; addresses: Addresses; taken: ReadonlySet<string> },
): WantedRecord[] {
  const wildcard = baseDomain === undefined ? [] : [`*.${baseDomain}`];
  const isThere = (name: string): boolean =>
    taken.has(name) || [...taken].some((one) => one.endsWith(`.${name}`));
  const isCovered = (host: string): boolean =>
    baseDomain !== undefined && host.endsWith(`.${baseDomain}`) && !aboveOf(host, baseDomain).some(isThere);
  const names = [
    ...wildcard,
    ...hosts.filter((host) => isPublic(host) && !wildcard.includes(host) && !isCovered(host)),
  ];
  return [...new Set(names)]
    .sort()
    .flatMap((name) => [
      ...(addresses.ipv4 === undefined ? [] : [{ name, type: 'A' as const, content: addresses.ipv4 }]),
      ...(addresses.ipv6 === undefined ? [] : [{ name, type: 'AAAA' as const, content: addresses.ipv6 }]),
    ]);
}

/** A host and the names above it, up to below the base domain. */
function aboveOf(host: string, baseDomain: string): string[] {
  const names: string[] = [];
  for (let name = host; name !== baseDomain; name = name.slice(name.indexOf('.') + 1)) names.push(name);
  return names;
}

/** As a zone file has them (RFC 1035, 5.1), for whoever makes them by hand. */
export function renderZoneFile(records: readonly WantedRecord[]): string[] {
  const width = Math.max(0, ...records.map(({ name }) => name.length + 1));
  return records.map(
    ({ name, type, content }) => `${`${name}.`.padEnd(width)}  300  IN  ${type.padEnd(4)}  ${content}`,
  );
}
