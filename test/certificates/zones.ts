import { randomBytes } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

/** A record as Cloudflare's API shows it (developers.cloudflare.com/api, DNS records). */
export type DnsRecord = {
  readonly id: string;
  name: string;
  type: string;
  content: string;
  ttl: number;
  proxied: boolean;
  comment: string | null;
  readonly tags?: readonly string[];
  readonly settings?: object;
  readonly meta?: object;
  readonly proxiable?: boolean;
  readonly created_on?: string;
  modified_on?: string;
};

export type Zone = { readonly id: string; readonly name: string; records: DnsRecord[] };

/** A request that Cloudflare would refuse. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const newId = (): string => randomBytes(16).toString('hex');

export function createZone(name: string): Zone {
  return { id: newId(), name, records: [] };
}

export type Draft = Partial<Omit<DnsRecord, 'id'>>;

export function addRecord(zone: Zone, draft: Draft): DnsRecord {
  const now = new Date().toISOString();
  const record: DnsRecord = {
    ...{ id: newId(), ttl: 1, proxied: false, comment: null, tags: [], settings: {}, meta: {} },
    ...{ created_on: now, modified_on: now, proxiable: /^(A|AAAA|CNAME)$/.test(draft.type ?? '') },
    ...checked(zone, draft),
  };
  zone.records.push(record);
  return record;
}

export function changeRecord(zone: Zone, id: string, draft: Draft): DnsRecord {
  const record = findRecord(zone, id);
  return Object.assign(record, checked(zone, { ...record, ...draft }, record), {
    modified_on: new Date().toISOString(),
  });
}

export function removeRecord(zone: Zone, id: string): DnsRecord {
  const [removed] = zone.records.splice(zone.records.indexOf(findRecord(zone, id)), 1);
  return removed as DnsRecord;
}

export function findRecord(zone: Zone, id: string): DnsRecord {
  const found = zone.records.find((record) => record.id === id);
  if (found === undefined) throw new ApiError(404, 81044, 'Record does not exist.');
  return found;
}

/** A draft with its whole name, if there can be such a record beside the others. */
function checked(
  zone: Zone,
  draft: Draft,
  self?: DnsRecord,
): Draft & Pick<DnsRecord, 'name' | 'type' | 'content'> {
  const { name: given, type, content } = draft;
  if (!type || !given || content === undefined) throw new ApiError(400, 9000, 'DNS record is invalid');
  if (type === 'A' && !isIPv4(content))
    throw new ApiError(400, 9005, 'Content for A record must be a valid IPv4 address.');
  if (type === 'AAAA' && !isIPv6(content))
    throw new ApiError(400, 9006, 'Content for AAAA record must be a valid IPv6 address.');
  const name = wholeName(given, zone.name);
  const others = zone.records.filter((record) => record !== self && record.name === name);
  if (others.some((record) => record.type === type && record.content === content))
    throw new ApiError(400, 81058, 'An identical record already exists.');
  if (others.some((record) => record.type === 'CNAME') || (type === 'CNAME' && others.length > 0))
    throw new ApiError(400, 81053, 'An A, AAAA, or CNAME record with that host already exists.');
  return { ...draft, name, type, content };
}

function wholeName(given: string, zone: string): string {
  const name = given.toLowerCase().replace(/\.$/, '');
  if (name === '@') return zone;
  return name === zone || name.endsWith(`.${zone}`) ? name : `${name}.${zone}`;
}
