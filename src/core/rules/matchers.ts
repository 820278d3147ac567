/** A matcher of Traefik's rules, and how many values it takes. */
type Matcher = { readonly name: string; readonly counts: readonly number[] | 'any' };

/** doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority, and the same for TCP. */
const HTTP: readonly Matcher[] = [
  { name: 'ClientIP', counts: [1] },
  { name: 'Method', counts: [1] },
  { name: 'Host', counts: [1] },
  { name: 'HostRegexp', counts: [1] },
  { name: 'Path', counts: [1] },
  { name: 'PathRegexp', counts: [1] },
  { name: 'PathPrefix', counts: [1] },
  { name: 'Header', counts: [2] },
  { name: 'HeaderRegexp', counts: [2] },
  { name: 'Query', counts: [1, 2] },
  { name: 'QueryRegexp', counts: [1, 2] },
];
const TCP: readonly Matcher[] = ['ALPN', 'ClientIP', 'HostSNI', 'HostSNIRegexp'].map((name) => ({
  name,
  counts: [1],
}));
/** Of `rulesyntax=v2`. */
const HTTP_V2: readonly Matcher[] = [
  'Host',
  'HostHeader',
  'HostRegexp',
  'ClientIP',
  'Path',
  'PathPrefix',
  'Method',
  'Headers',
  'HeadersRegexp',
  'Query',
].map((name) => ({ name, counts: 'any' }));
const TCP_V2: readonly Matcher[] = TCP.map(({ name }) => ({ name, counts: 'any' }));

/** The language of a rule. */
export type Syntax = 'http' | 'tcp' | 'http-v2' | 'tcp-v2';

const BY_SYNTAX: Readonly<Record<Syntax, readonly Matcher[]>> = {
  http: HTTP,
  tcp: TCP,
  'http-v2': HTTP_V2,
  'tcp-v2': TCP_V2,
};

export function matcherNames(syntax: Syntax): string[] {
  return BY_SYNTAX[syntax].map(({ name }) => name);
}

/** Traefik takes a matcher's name as it is, in lower case, in upper case, or with only its first letter large. */
export function findMatcher(syntax: Syntax, written: string): Matcher | undefined {
  return BY_SYNTAX[syntax].find(({ name }) => {
    const lower = name.toLowerCase();
    const title = name.charAt(0) + lower.slice(1);
    return [name, lower, name.toUpperCase(), title].includes(written);
  });
}
