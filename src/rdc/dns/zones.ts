import type { DnsRecord, Zone } from '../../core/dns/records.ts';
import { delegatedAt, zoneCandidates } from '../../core/dns/zone-names.ts';
import type { Cloudflare } from '../../edges/cloudflare.ts';

export type ZoneRecords = { readonly zone: Zone; readonly records: readonly DnsRecord[] };

/** Zones and their records, each asked for once. */
export type Zones = {
  /** The zone that a host is in; undefined: the token sees none. */
  readonly of: (host: string) => Promise<ZoneRecords | undefined>;
  /** All that the token sees. */
  readonly all: () => Promise<Zone[]>;
};

export function createZones(cloudflare: Cloudflare): Zones {
  const known = new Map<string, Promise<ZoneRecords | undefined>>();
  const load = async (name: string): Promise<ZoneRecords | undefined> => {
    const zone = await cloudflare.findZone(name);
    return zone && { zone, records: await cloudflare.records(zone) };
  };
  const named = (name: string): Promise<ZoneRecords | undefined> => {
    const asked = known.get(name) ?? load(name);
    known.set(name, asked);
    return asked;
  };
  return {
    all: cloudflare.zones,
    of: async (host) => {
      for (const name of zoneCandidates(host)) {
        const found = await named(name);
        if (found === undefined) continue;
        const inner = delegatedAt(host, found.zone, found.records);
        return inner === undefined ? found : named(inner);
      }
      return undefined;
    },
  };
}
