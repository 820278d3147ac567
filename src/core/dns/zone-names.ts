import type { DnsRecord, Zone } from './records.ts';

/** Names that a host's zone may have, the shortest first: most have two labels, and some, as in `example.co.uk`, more. */
export function zoneCandidates(host: string): string[] {
  const labels = host.replace(/^\*\./, '').split('.');
  return labels.slice(1).map((_, i) => labels.slice(labels.length - 2 - i).join('.'));
}

/** The part of a zone that a host is in and that has name servers of its own; undefined: there is none. */
export function delegatedAt(host: string, zone: Zone, records: readonly DnsRecord[]): string | undefined {
  return records.find(
    ({ type, name }) => type === 'NS' && name !== zone.name && (host === name || host.endsWith(`.${name}`)),
  )?.name;
}
