import { stringify } from 'yaml';
import type { StreamProtocol } from '../network/ports.ts';
import { type CertificateResolver, renderResolvers, type Tree } from './resolvers.ts';

/** A port that Traefik listens on. Never a wildcard address, which would take the port from every container. */
export type EntryPoint = {
  /** `web`, `websecure`, `tcp-5432`, `udp-53`; the twin of each on another address ends with `-v6`. */
  readonly name: string;
  readonly protocol: StreamProtocol;
  readonly host: string;
  readonly port: number;
};

/** The two for pages; plain HTTP is sent on to HTTPS. */
export function webEntryPoints(host: string, httpPort: number, httpsPort: number): EntryPoint[] {
  return [
    { name: 'web', protocol: 'tcp', host, port: httpPort },
    { name: 'websecure', protocol: 'tcp', host, port: httpsPort },
  ];
}

/** What Traefik must know before it starts (doc.traefik.io/traefik/reference/install-configuration). */
export type StaticSettings = {
  readonly entryPoints: readonly EntryPoint[];
  /** `host:port` of Traefik's own API, metrics and ping. */
  readonly api: string;
  /** `host:port` of the route server. */
  readonly routeServer: string;
  /** More dynamic configuration, such as a default certificate: a file, or a folder that is watched. */
  readonly files?: { readonly filename: string } | { readonly folder: string };
  /** The longest that a request may take to arrive. Traefik's own limit of 60 s would cut long uploads off. */
  readonly readTimeout?: string;
  /** Proxies whose forwarded headers are believed. */
  readonly trustedIps?: readonly string[];
  /** The file of the access log. */
  readonly accessLog?: string;
  readonly resolvers?: readonly CertificateResolver[];
  /** Anything else, by its path in Traefik's configuration: `[['log.level', 'DEBUG']]`. */
  readonly more?: readonly (readonly [path: string, value: string])[];
};

/**
 * How Traefik asks the route server. Answers are held until something changes, so the short interval is not a load; the
 * throttle bounds how often Traefik builds its routers again.
 */
export const POLL_INTERVAL = '10ms';
export const POLL_TIMEOUT = '30s';
export const THROTTLE = '10ms';
/** The header by which the route server knows the one client that may be kept waiting. */
export const HOLD_HEADER = 'X-Rediacc-Hold';

const READ_TIMEOUT = '10m';

/**
 * How long Traefik's end may wait for connections that are open. Meanwhile new ones wait for the next Traefik, so it is short: with the
 * usual 10 s one open WebSocket would keep everybody waiting, and so would a connection that comes just as it ends (seen on 3.7.15).
 */
const GRACE = '1s';

/** `host:port`, IPv6 in brackets. */
export function hostPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Traefik's static configuration, as YAML. */
export function renderStaticConfig(settings: StaticSettings): string {
  const { api, entryPoints, accessLog, resolvers = [], more = [] } = settings;
  const config: Tree = {
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    log: { level: 'INFO', format: 'json' },
    ...(accessLog === undefined ? {} : { accessLog: { filePath: accessLog, format: 'json' } }),
    api: { insecure: true },
    ping: { entryPoint: 'traefik' },
    // How long requests take, by router, for the status page.
    metrics: {
      prometheus: { addRoutersLabels: true, addEntryPointsLabels: false, addServicesLabels: false },
    },
    entryPoints: {
      traefik: { address: api },
      ...Object.fromEntries(entryPoints.map((one) => [one.name, renderEntryPoint(one, settings)])),
    },
    providers: renderProviders(settings),
    ...(resolvers.length === 0 ? {} : { certificatesResolvers: renderResolvers(resolvers) }),
  };
  for (const [path, value] of more) setOption(config, path.split('.'), value);
  return stringify(config, { aliasDuplicateObjects: false });
}

/**
 * Headers such as `X_Auth_User`, which many backends take for the `X-Auth-User` that a middleware sets, are dropped: otherwise who asks
 * could be whom he likes (CVE-2026-88879; doc.traefik.io/traefik/security/header-aliases).
 */
const HTTP: Tree = { aliasHeadersStrategy: 'delete' };

function renderEntryPoint(
  entryPoint: EntryPoint,
  { readTimeout = READ_TIMEOUT, trustedIps }: StaticSettings,
): Tree {
  const [, name = '', twin = ''] = /^(.*?)(-v6)?$/.exec(entryPoint.name) ?? [];
  const address = hostPort(entryPoint);
  if (entryPoint.protocol === 'udp') return { address: `${address}/udp` };
  const lifeCycle = { graceTimeOut: GRACE };
  if (name !== 'web' && name !== 'websecure')
    return { address: `${address}/tcp`, http: HTTP, transport: { lifeCycle } };
  const common: Tree = {
    address,
    transport: { respondingTimeouts: { readTimeout }, lifeCycle },
    ...(trustedIps === undefined ? {} : { forwardedHeaders: { trustedIPs: trustedIps } }),
  };
  if (name === 'web')
    return {
      ...common,
      http: { ...HTTP, redirections: { entryPoint: { to: `websecure${twin}`, scheme: 'https' } } },
    };
  // Routers that name no entrypoint would otherwise listen on every one. TLS is on for all, also those that do not say so.
  return { ...common, asDefault: true, http: { ...HTTP, tls: {} } };
}

function renderProviders({ files, routeServer }: StaticSettings): Tree {
  const file =
    files && ('folder' in files ? { directory: files.folder, watch: true } : { ...files, watch: false });
  return {
    providersThrottleDuration: THROTTLE,
    ...(file === undefined ? {} : { file }),
    http: {
      endpoint: `http://${routeServer}/traefik.yaml`,
      pollInterval: POLL_INTERVAL,
      pollTimeout: POLL_TIMEOUT,
      headers: { [HOLD_HEADER]: 'true' },
    },
  };
}

/** Traefik reads text as whatever type the option has, and minds no case. */
function setOption(tree: Tree, [name = '', ...rest]: readonly string[], value: string): void {
  const key = Object.keys(tree).find((one) => one.toLowerCase() === name.toLowerCase()) ?? name;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const inner = tree[key];
  const next = typeof inner === 'object' && !Array.isArray(inner) ? (inner as Tree) : {};
  tree[key] = next;
  setOption(next, rest, value);
}
