import type { WantedRecord } from './records.ts';

/** What name servers say of a host. */
export type DnsAnswers = {
  /** Of the zone's own name servers; undefined: none of them answers. */
  readonly own: readonly string[] | undefined;
  /** Of those that everybody asks. */
  readonly elsewhere: readonly string[];
  /** The nearest CAA records at the host or above it, as `issue letsencrypt.org`. */
  readonly caa: readonly CaaRecord[];
  /** Where a CNAME leads from `_acme-challenge.HOST`. */
  readonly challenge: string | undefined;
};

export type CaaRecord = { readonly tag: string; readonly value: string };

export type DnsVerdict = {
  readonly state: 'right' | 'missing' | 'elsewhere' | 'proxied' | 'spreading';
  /** In words, with what to do. */
  readonly notes: readonly string[];
};

export type CheckInput = {
  readonly host: string;
  readonly wanted: readonly WantedRecord[];
  readonly answers: DnsAnswers;
  /** The certificate authority's name in CAA records; undefined: not known. */
  readonly authority: string | undefined;
  /** Certificates for it are made by DNS. */
  readonly byDns: boolean;
};

/** Whether a host leads to the server, and whether a certificate can be had for it. */
export function judge(input: CheckInput): DnsVerdict {
  const { host, wanted, answers, authority, byDns } = input;
  const expected = wanted.map(({ content }) => content).sort();
  const { own = answers.elsewhere, elsewhere } = answers;
  const leads = leadsTo(own, expected);
  const notes = [
    ...(answers.own === undefined ? ["the zone's own name servers do not answer; others were asked"] : []),
    ...notesOn(leads, { own, elsewhere, expected }),
    ...caaNotes(host, answers.caa, authority),
    ...(byDns && answers.challenge !== undefined
      ? [
          `_acme-challenge.${host} is a CNAME to ${answers.challenge}: the token must be able to make records there`,
        ]
      : []),
  ];
  const isSpreading = leads === 'right' && !isSame([...elsewhere].sort(), expected);
  return { state: isSpreading ? 'spreading' : leads, notes };
}

function leadsTo(
  found: readonly string[],
  expected: readonly string[],
): 'right' | 'missing' | 'elsewhere' | 'proxied' {
  if (found.length === 0) return 'missing';
  if (isSame([...found].sort(), expected)) return 'right';
  return found.every(isCloudflares) ? 'proxied' : 'elsewhere';
}

/** Addresses of a host that lead neither to its server nor to Cloudflare, whose proxies may stand before it. */
export function strangersAmong(found: readonly string[], wanted: readonly string[]): string[] {
  return found.filter((one) => !wanted.includes(one) && !isCloudflares(one));
}

type Leads = {
  readonly own: readonly string[];
  readonly elsewhere: readonly string[];
  readonly expected: readonly string[];
};

function notesOn(state: ReturnType<typeof leadsTo>, { own, elsewhere, expected }: Leads): string[] {
  if (state === 'missing') return ['no name server knows it: rdc dns apply makes its records'];
  if (state === 'proxied')
    return [
      "Cloudflare's proxy is before it: set its networks by --trusted-ips, and its TLS mode to Full (strict)",
    ];
  if (state === 'elsewhere') {
    const lacks = expected.filter((one) => !own.includes(one));
    const more = own.filter((one) => !expected.includes(one));
    return [
      ...(more.length > 0 ? [`it leads to ${more.join(', ')}`] : []),
      ...(lacks.length > 0 ? [`${lacks.join(', ')} is missing`] : []),
    ];
  }
  return isSame([...elsewhere].sort(), expected)
    ? []
    : [
        `others still remember ${elsewhere.length === 0 ? 'that it was not there' : elsewhere.join(', ')}: that ends by itself`,
      ];
}

/** RFC 8659: the nearest set of records counts; without `issuewild` a wildcard goes by `issue`. */
function caaNotes(host: string, caa: readonly CaaRecord[], authority: string | undefined): string[] {
  const wild = caa.filter(({ tag }) => tag === 'issuewild');
  const relevant = host.startsWith('*.') && wild.length > 0 ? wild : caa.filter(({ tag }) => tag === 'issue');
  if (authority === undefined || relevant.length === 0) return [];
  const isAllowed = relevant.some(({ value }) => value.split(';')[0]?.trim() === authority);
  if (isAllowed) return [];
  const said = relevant.map(({ tag, value }) => `${tag} "${value}"`).join(', ');
  return [`its CAA records (${said}) forbid certificates by ${authority}: add 0 issue "${authority}"`];
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

/** Networks of Cloudflare's proxy (cloudflare.com/ips), as first octets and how many bits of the rest count. */
const PROXIES = [
  ...['173.245.48.0/20', '103.21.244.0/22', '103.22.200.0/22', '103.31.4.0/22', '141.101.64.0/18'],
  ...['108.162.192.0/18', '190.93.240.0/20', '188.114.96.0/20', '197.234.240.0/22', '198.41.128.0/17'],
  ...['162.158.0.0/15', '104.16.0.0/13', '104.24.0.0/14', '172.64.0.0/13', '131.0.72.0/22'],
].map(readNetwork);
/** Of IPv6: those that the same page lists begin so. */
const PROXIES_V6 = /^(2400:cb00|2606:4700|2803:f800|2405:b500|2405:8100|2a06:98c[0-7]|2c0f:f248):/;

function isCloudflares(address: string): boolean {
  if (address.includes(':')) return PROXIES_V6.test(address);
  const number = toNumber(address);
  return PROXIES.some(({ from, size }) => number >= from && number < from + size);
}

function readNetwork(text: string): { from: number; size: number } {
  const [address = '', bits = '32'] = text.split('/');
  return { from: toNumber(address), size: 2 ** (32 - Number(bits)) };
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}
