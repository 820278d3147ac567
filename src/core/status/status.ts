import type { CertificateReport } from '../certificates/report.ts';
import { type Container, serviceName } from '../labels/container.ts';
import type { Problem } from '../labels/problem.ts';
import { hostsOfRule } from '../routes/hosts.ts';
import type { RouteList, RouteListing } from '../routes/route-list.ts';
import type { Latency } from './latency.ts';

/** What the status page shows. Times are in ISO 8601. */
export type Status = {
  readonly version: string;
  readonly state: 'ok' | 'degraded' | 'starting';
  /** Why it is not ok. */
  readonly reasons: readonly string[];
  readonly revision: string | null;
  readonly baseDomain: string | null;
  readonly repositories: readonly RepositoryStatus[];
  readonly ports: readonly PortStatus[];
  readonly certificates: readonly CertificateStatus[];
  readonly problems: readonly ProblemStatus[];
};

export type RepositoryStatus = {
  readonly name: string;
  readonly networkId: number;
  /** Of its daemon. */
  readonly state: string;
  readonly services: readonly ServiceStatus[];
};

export type ServiceStatus = {
  readonly name: string;
  readonly container: string;
  readonly address: string;
  readonly routes: readonly RouteStatus[];
  /** Why it has none, although nothing is wrong. */
  readonly note?: string;
};

export type RouteStatus = {
  readonly text: string;
  /** What a browser can open. */
  readonly href?: string;
  /** Of requests since the last look, in milliseconds. */
  readonly latency?: Latency;
};

export type PortStatus = {
  readonly port: string;
  readonly repository: string;
  readonly service: string;
  readonly target: string;
};

export type CertificateStatus = {
  readonly names: string;
  readonly state: CertificateReport['state'];
  readonly said: string;
};

export type ProblemStatus = {
  readonly code: string;
  readonly repository: string;
  readonly container: string;
  readonly label?: string;
  readonly value?: string;
  readonly reason: string;
  readonly fix: string;
};

/** What is known of a daemon. */
export type DaemonStatus = {
  readonly networkId: number;
  readonly state: string;
  readonly reason?: string;
  readonly containers: readonly Container[];
};

export type StatusInput = {
  readonly version: string;
  readonly state: Status['state'];
  readonly reasons: readonly string[];
  readonly revision: string | undefined;
  readonly baseDomain: string | undefined;
  readonly httpsPort: number;
  readonly daemons: readonly DaemonStatus[];
  readonly routes: RouteList;
  readonly certificates: readonly CertificateReport[];
  /** By router. */
  readonly latencies: ReadonlyMap<string, Latency>;
  readonly nameOf: (id: number) => string;
};

export function makeStatus(input: StatusInput): Status {
  const { version, state, reasons, revision = null, baseDomain = null, daemons, routes, nameOf } = input;
  return {
    ...{ version, state, reasons, revision, baseDomain },
    repositories: daemons.map((daemon) => ({
      name: nameOf(daemon.networkId),
      networkId: daemon.networkId,
      state: daemon.state,
      services: daemon.containers
        .map((one) => serviceOf(one, input))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    })),
    ports: [...portsOf('tcp', input), ...portsOf('udp', input)],
    certificates: input.certificates.map(certificateOf),
    problems: routes.problems.map(problemOf),
  };
}

function serviceOf(container: Container, { routes, httpsPort, latencies }: StatusInput): ServiceStatus {
  const isOwn = (one: RouteListing): boolean =>
    one.networkId === container.networkId && one.containers.includes(container.name);
  const pages = routes.http.filter(isOwn).flatMap((one) => pagesOf(one, httpsPort, latencies.get(one.name)));
  const streams = (['tcp', 'udp'] as const).flatMap((protocol) =>
    routes[protocol].filter(isOwn).map((one) => ({ text: streamText(protocol, one) })),
  );
  const note = routes.unrouted.find(
    (one) => one.networkId === container.networkId && one.container === container.name,
  )?.reason;
  return {
    name: serviceName(container),
    container: container.name,
    address: container.labels['rediacc.service_ip'] ?? '',
    routes: [...pages, ...streams],
    ...(note === undefined ? {} : { note }),
  };
}

function pagesOf(route: RouteListing, httpsPort: number, latency: Latency | undefined): RouteStatus[] {
  const isPlain = route.entryPoints.length > 0 && route.entryPoints.every((name) => /^web(-v6)?$/.test(name));
  const port = isPlain || httpsPort === 443 ? '' : `:${httpsPort}`;
  const path = /PathPrefix\(`([^`]*)`\)/.exec(route.rule)?.[1] ?? '/';
  const hosts = hostsOfRule(route.rule);
  if (hosts.length === 0) return [{ text: route.rule, ...(latency && { latency }) }];
  return hosts.map((host) => {
    const href = `${isPlain ? 'http' : 'https'}://${host}${port}${path}`;
    const link = host.includes('*') ? {} : { href };
    return { text: href.replace(/\/$/, ''), ...link, ...(latency && { latency }) };
  });
}

function streamText(protocol: 'tcp' | 'udp', { entryPoints, rule }: RouteListing): string {
  const [host] = [...rule.matchAll(/HostSNI\(`([^`*]+)`\)/g)].map(([, name]) => name);
  return `${protocol} ${entryPoints.filter((name) => !name.endsWith('-v6')).join(', ')}${host === undefined ? '' : ` for ${host}`}`;
}

/** Ports beside HTTP, by entrypoint. */
function portsOf(protocol: 'tcp' | 'udp', { routes }: StatusInput): PortStatus[] {
  return routes[protocol].flatMap((route) =>
    route.entryPoints
      .filter((name) => !name.endsWith('-v6'))
      .map((name) => ({
        port: name,
        repository: route.repository,
        service: route.containers.join(', '),
        target: route.backends.join(', '),
      })),
  );
}

function certificateOf({ names, state, certificate, failure }: CertificateReport): CertificateStatus {
  const until =
    certificate === undefined ? '' : `by ${certificate.issuer}, until ${certificate.until.slice(0, 10)}`;
  const why = failure === undefined ? '' : `${failure.why} ${failure.fix}`;
  return { names: names.join(', '), state, said: [until, why].filter((one) => one !== '').join('. ') };
}

function problemOf({
  code,
  repository,
  container,
  label,
  value,
  reason,
  fix,
}: Problem & { repository: string }): ProblemStatus {
  return {
    code,
    repository,
    container,
    ...(label === undefined ? {} : { label, value: value ?? '' }),
    reason,
    fix,
  };
}
