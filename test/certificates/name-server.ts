import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import {
  type Answer,
  decode,
  encode,
  type Packet,
  type Question,
  streamDecode,
  streamEncode,
} from 'dns-packet';
import type { DnsRecord, Zone } from './zones.ts';

/** What it does with questions: `hides TXT` as long as records are on their way. */
export type DnsMode = 'well' | 'servfail' | 'silent' | 'hides TXT';

export type NameServerState = {
  readonly zones: readonly Zone[];
  dns: DnsMode;
  /** More names, by name: of the name server itself, and of what the internet has. */
  readonly hosts: ReadonlyMap<string, { readonly ipv4: string; readonly ipv6?: string }>;
};

const TTL = 1;
export const NAME_SERVER = 'ns1.test';

/**
 * The zones' own name server, and a resolver for whoever asks it for anything else: there is nothing else.
 *
 * @returns what ends it
 */
export async function startNameServer(
  state: NameServerState,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Disposable> {
  const udp = createSocket('udp4');
  udp.on('message', (message, { address, port: from }) => {
    const reply = answer(state, decode(message));
    if (reply !== undefined) udp.send(encode(reply), from, address);
  });
  const tcp = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, Buffer.from(chunk)]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const length = 2 + received.readUInt16BE(0);
        const reply = answer(state, streamDecode(received.subarray(0, length)) as Packet);
        if (reply !== undefined) socket.write(streamEncode(reply));
        received = received.subarray(length);
      }
    });
  });
  udp.bind(port, host);
  tcp.listen(port, host);
  await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
  return {
    [Symbol.dispose]: () => {
      udp.close();
      tcp.close();
    },
  };
}

function answer(state: NameServerState, { id, questions = [], flags = 0 }: Packet): Packet | undefined {
  if (state.dns === 'silent') return undefined;
  const [question] = questions;
  const head = { id, type: 'response' as const, questions };
  // Authoritative (RFC 1035, 4.1.1); what was asked with recursion gets it.
  const said = 0x0400 | 0x0080 | (flags & 0x0100);
  if (question === undefined || state.dns === 'servfail') return { ...head, flags: said | 2 } as Packet;
  const name = question.name.toLowerCase();
  const zone = state.zones.find((one) => name === one.name || name.endsWith(`.${one.name}`));
  const own = state.hosts.get(name);
  if (own !== undefined) return { ...head, flags: said, answers: hostAnswers(question, own) } as Packet;
  if (zone === undefined) return { ...head, flags: said | 3 } as Packet;
  const answers = zoneAnswers(state, zone, { ...question, name });
  const authorities = answers.length === 0 ? [soa(zone)] : [];
  const exists =
    answers.length > 0 || name === zone.name || zone.records.some((one) => isAtOrBelow(one, name));
  return { ...head, flags: said | (exists ? 0 : 3), answers, authorities } as Packet;
}

function isAtOrBelow(record: DnsRecord, name: string): boolean {
  return record.name === name || record.name.endsWith(`.${name}`);
}

function hostAnswers({ name, type }: Question, { ipv4, ipv6 }: { ipv4: string; ipv6?: string }): Answer[] {
  if (type === 'A') return [{ name, type, ttl: TTL, data: ipv4 }];
  return type === 'AAAA' && ipv6 !== undefined ? [{ name, type, ttl: TTL, data: ipv6 }] : [];
}

function zoneAnswers(state: NameServerState, zone: Zone, { name, type }: Question): Answer[] {
  if (name === zone.name && type === 'SOA') return [soa(zone)];
  if (name === zone.name && type === 'NS') return [{ name, type, ttl: TTL, data: NAME_SERVER }];
  return recordsFor(zone, name).flatMap((record) => {
    if (record.type === 'CNAME' && type !== 'SOA')
      return [
        { name, type: 'CNAME' as const, ttl: TTL, data: record.content },
        ...(type === 'CNAME' ? [] : follow(state, { name: record.content, type })),
      ];
    if (record.type !== type || (type === 'TXT' && state.dns === 'hides TXT')) return [];
    return [{ name, type, ttl: TTL, data: dataOf(record) } as Answer];
  });
}

/** Those of a name, or of the wildcard below the nearest name above it that is there (RFC 4592). */
function recordsFor({ records, name: apex }: Zone, name: string): DnsRecord[] {
  const isThere = (one: string): boolean => records.some((record) => isAtOrBelow(record, one));
  // The apex is always there, with the zone's own records.
  if (name === apex || isThere(name)) return records.filter((record) => record.name === name);
  let above = name;
  do above = above.slice(above.indexOf('.') + 1);
  while (above !== apex && !isThere(above));
  return records.filter((record) => record.name === `*.${above}`);
}

function follow(state: NameServerState, question: Question): Answer[] {
  const zone = state.zones.find(
    (one) => question.name === one.name || question.name.endsWith(`.${one.name}`),
  );
  return zone === undefined ? [] : zoneAnswers(state, zone, question);
}

/** Text of TXT records stands between quotes in the API; a CAA record is `0 issue "ca.test"` there. */
function dataOf({ type, content }: DnsRecord): unknown {
  if (type === 'TXT') return content.replace(/^"(.*)"$/s, '$1');
  if (type !== 'CAA') return content;
  const [, flags, tag, value] = /^(\d+) (\w+) "(.*)"$/.exec(content) ?? [];
  return { flags: Number(flags), tag, value };
}

function soa({ name }: Zone): Answer {
  const data = {
    mname: NAME_SERVER,
    rname: `hostmaster.${name}`,
    serial: 1,
    refresh: 60,
    retry: 60,
    expire: 60,
    minimum: 1,
  };
  return { name, type: 'SOA', ttl: TTL, data };
}
