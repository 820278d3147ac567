import type { RouteListing } from '../routes/route-list.ts';
import { hostsOf } from '../rules/hosts.ts';
import type { Rule } from '../rules/parse.ts';
import { readRule } from '../rules/read-rule.ts';
import type { EntryPoint } from '../traefik/static-config.ts';

/** A request that shows whether a route works: one for each host of its rule. */
export type Check = {
  readonly route: RouteListing;
  readonly protocol: 'http' | 'tcp' | 'udp';
  /** Where Traefik listens for it. */
  readonly entryPoint: EntryPoint;
  /** What to ask for: `app.example.com`; undefined: any, as in ``HostSNI(`*`)``. */
  readonly host: string | undefined;
  /** For HTTP. */
  readonly path: string;
  readonly tls: 'none' | 'ends-here' | 'passthrough';
  /** Traefik is to get a certificate for it. */
  readonly isCertified: boolean;
  /** Its failure is the deployment's. */
  readonly isRequired: boolean;
};

/** What came of it. */
export type Outcome = {
  readonly answered: boolean;
  /** HTTP statuses: through the proxy, and of the container itself. */
  readonly status?: number;
  readonly direct?: number;
  readonly milliseconds?: number;
  readonly certificate?: string;
  /** It answers, but not yet with the certificate that it is to have. */
  readonly lacksCertificate?: true;
  /** Why it is not answered. */
  readonly reason?: string;
};

/** Whether a container's auto-route is promised: the operator has named its port. */
export type IsPromised = (container: string) => boolean;

/** @param entryPoints those of the server */
export function checksOf(
  protocol: Check['protocol'],
  route: RouteListing,
  { entryPoints, isPromised }: { entryPoints: readonly EntryPoint[]; isPromised: IsPromised },
): Check[] {
  const names = route.entryPoints.length > 0 ? route.entryPoints : ['websecure'];
  const entryPoint = entryPoints.find(({ name }) => names.includes(name));
  if (entryPoint === undefined) return [];
  const rule = protocol === 'udp' ? undefined : readRule(protocol, route.rule);
  const hosts = rule === undefined ? [] : hostsOf(rule).filter((host) => host !== '*');
  const isWeb = entryPoint.name.startsWith('websecure');
  const tls = route.tls === undefined ? (protocol === 'http' && isWeb ? 'ends-here' : 'none') : tlsOf(route);
  const common = {
    ...{ route, protocol, entryPoint, tls },
    isCertified: (route.tls as { certResolver?: unknown } | undefined)?.certResolver !== undefined,
    path: rule === undefined ? '/' : pathOf(rule),
    isRequired: protocol !== 'udp' && (route.tier === 'labels' || route.containers.some(isPromised)),
  } as const;
  // A wildcard has any name below it.
  const named = hosts.map((host) => host.replace(/^\*\./, 'any.'));
  return (named.length === 0 ? [undefined] : named).map((host) => ({ ...common, host }));
}

function tlsOf({ tls }: RouteListing): Check['tls'] {
  return (tls as { passthrough?: unknown } | undefined)?.passthrough === true ? 'passthrough' : 'ends-here';
}

/** A path that the rule lets in. */
function pathOf(rule: Rule): string {
  if (rule.kind !== 'match') {
    const left = pathOf(rule.left);
    return left === '/' && rule.kind === 'and' ? pathOf(rule.right) : left;
  }
  const names = ['Path', 'PathPrefix'];
  return names.includes(rule.matcher) && !rule.not ? (rule.values[0] ?? '/') : '/';
}

/** As it is shown, and can be opened. */
export function describeTarget({ protocol, host, path, entryPoint, tls }: Check): string {
  const at = host ?? (entryPoint.host.includes(':') ? `[${entryPoint.host}]` : entryPoint.host);
  if (protocol !== 'http') return `${protocol}://${at}:${entryPoint.port}`;
  const [scheme, usual] = tls === 'none' ? ['http', 80] : ['https', 443];
  const port = entryPoint.port === usual ? '' : `:${entryPoint.port}`;
  return `${scheme}://${at}${port}${path === '/' ? '' : path}`;
}

/** What Traefik answers where it has no router, or no server behind it. */
const OF_TRAEFIK = [404, 502, 503, 504];

/** Whether a page came from its container: middlewares may change its status, but not into one of Traefik's own. */
export function isAnswer(status: number, direct: number | undefined, route: RouteListing): boolean {
  if (status === direct) return true;
  if (direct !== undefined && route.middlewares.length === 0) return false;
  return !OF_TRAEFIK.includes(status);
}
