import { stringify } from 'yaml';
import { type StreamProtocol, streamName } from '../network/ports.ts';

/** What Traefik must know before it starts (doc.traefik.io/traefik/reference/install-configuration). */
export type StaticSettings = {
  /** Listening addresses by entrypoint; never a wildcard, which would take the port from every container. */
  readonly web: string;
  readonly websecure: string;
  /** The same for `tcp-PORT` and `udp-PORT`. */
  readonly streams: readonly StreamEntryPoint[];
  /** `host:port` of Traefik's own API, metrics and ping. */
  readonly api: string;
  /** `host:port` of the route server. */
  readonly routeServer: string;
  /** A file with the certificate of hosts that have none. */
  readonly defaultCertificate?: string;
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

/** Long uploads and long polls must work; Traefik's own limit is 60 s for a whole request. */
const READ_TIMEOUT = '10m';

export type StreamEntryPoint = {
  readonly protocol: StreamProtocol;
  readonly port: number;
  /** Where it listens. */
  readonly host: string;
};

function renderStream(entryPoint: StreamEntryPoint): [string, unknown] {
  const { protocol, port, host } = entryPoint;
  return [streamName(entryPoint), { address: `${host}:${port}/${protocol}` }];
}

/** Traefik's static configuration, as YAML. */
export function renderStaticConfig(settings: StaticSettings): string {
  const transport = { respondingTimeouts: { readTimeout: READ_TIMEOUT } };
  return stringify({
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    log: { level: 'INFO', format: 'json' },
    api: { insecure: true },
    ping: { entryPoint: 'traefik' },
    entryPoints: {
      traefik: { address: settings.api },
      web: {
        address: settings.web,
        http: { redirections: { entryPoint: { to: 'websecure', scheme: 'https' } } },
        transport,
      },
      // Routers that name no entrypoint would otherwise listen on every one. TLS is on for all, also those that do not say so.
      websecure: { address: settings.websecure, asDefault: true, http: { tls: {} }, transport },
      ...Object.fromEntries(settings.streams.map(renderStream)),
    },
    providers: {
      providersThrottleDuration: THROTTLE,
      ...(settings.defaultCertificate === undefined
        ? {}
        : { file: { filename: settings.defaultCertificate, watch: false } }),
      http: {
        endpoint: `http://${settings.routeServer}/traefik.yaml`,
        pollInterval: POLL_INTERVAL,
        pollTimeout: POLL_TIMEOUT,
        headers: { [HOLD_HEADER]: 'true' },
      },
    },
  });
}
