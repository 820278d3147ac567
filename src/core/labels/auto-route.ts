import { dnsLabel } from '../network/names.ts';
import { readPort } from '../network/ports.ts';
import { wildcardResolver } from '../resolver-names.ts';
import { type Container, serviceName } from './container.ts';
import type { Options } from './decode.ts';
import { type Problem, problem } from './problem.ts';
import { type Declaration, EMPTY_SECTION } from './sections.ts';
import type { LabelSettings } from './settings.ts';

/** Ports of the entrypoints that come without being asked for: what listens there does not speak HTTP. */
export const PRECONFIGURED_TCP_PORTS: ReadonlyMap<number, string> = new Map([
  [3306, 'MySQL'],
  [5432, 'PostgreSQL'],
  [6379, 'Redis'],
  [27017, 'MongoDB'],
  [11211, 'Memcached'],
  [5672, 'AMQP'],
  [9092, 'Kafka'],
]);

/** Labels cannot name a router so: they are split at the dots. */
const AUTO_PREFIX = 'auto.';
const DEFAULT_PORT = 80;
export const SERVICE_PORT_LABEL = 'rediacc.service_port';

export function isAutoRoute(router: string): boolean {
  return router.startsWith(AUTO_PREFIX);
}

/** Why a container has no route although nothing is wrong. */
export type Unrouted = { readonly unrouted: string };

/** The route of a container that says nothing itself: `{service}-{networkID}.{baseDomain}`, over HTTPS. */
export function readAutoRoute(
  container: Container,
  address: string,
  settings: LabelSettings,
): Declaration | Unrouted | Problem {
  if (!settings.autoRoutes) return { unrouted: 'auto-routes are switched off' };
  if (settings.baseDomain === undefined) return { unrouted: 'auto-routes are off: no base domain is set' };
  const port = choosePort(container);
  if (typeof port !== 'number') return port;
  const label = dnsLabel(serviceName(container));
  const host = `${label}-${container.networkId}.${settings.baseDomain}`;
  const name = `${AUTO_PREFIX}${label}`;
  const router = {
    rule: `Host(\`${host}\`)`,
    entryPoints: ['websecure', 'websecure-v6'].filter((name) => isKnown(name, settings)),
    service: name,
    tls: chooseTls(settings),
  };
  const service = { loadBalancer: { servers: [{ url: `http://${address}:${port}` }] } };
  const http = { ...EMPTY_SECTION, routers: new Map([[name, router]]), services: new Map([[name, service]]) };
  return {
    tier: 'auto',
    sections: { http, tcp: EMPTY_SECTION, udp: EMPTY_SECTION },
    stores: new Map(),
  };
}

/** One certificate for all, where wildcards can be had. */
function chooseTls({ certResolvers, baseDomain }: LabelSettings): Options {
  const wildcard = wildcardResolver(certResolvers);
  if (wildcard !== undefined) return { certResolver: wildcard, domains: [{ main: `*.${baseDomain}` }] };
  const [other] = certResolvers === 'ignored' ? [] : certResolvers;
  return other === undefined ? {} : { certResolver: other };
}

function isKnown(entryPoint: string, { entryPoints }: LabelSettings): boolean {
  return entryPoints === 'any' ? entryPoint === 'websecure' : entryPoints.includes(entryPoint);
}

function choosePort(container: Container): number | Unrouted | Problem {
  const labelled = container.labels[SERVICE_PORT_LABEL];
  if (labelled !== undefined) {
    const port = readPort(labelled);
    if (port !== undefined) return port;
    return problem(container, 'service-port-invalid', {
      label: SERVICE_PORT_LABEL,
      reason: 'a port is a number from 1 to 65535',
      fix: 'Name the port that the service speaks HTTP on.',
    });
  }
  const port = container.ports?.tcp[0] ?? DEFAULT_PORT;
  const protocol = PRECONFIGURED_TCP_PORTS.get(port);
  if (protocol === undefined) return port;
  return { unrouted: `port ${port} is ${protocol}, not HTTP; ${SERVICE_PORT_LABEL} would say otherwise` };
}
