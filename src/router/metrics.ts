import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Served } from '../core/certificates/order.ts';
import type { Isolation } from '../core/isolation/report.ts';
import { PROTOCOLS } from '../core/labels/sections.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import type { RouteSummary } from '../core/routes/summary.ts';
import type { CertificateSummary } from './certificates.ts';
import type { Fetch } from './document-endpoint.ts';
import type { ObservedDaemon } from './observe.ts';
import type { Revision } from './publisher.ts';
import { sum } from './sum.ts';

/** What is counted while the route server runs. */
export type Metrics = {
  /** A daemon has told of something. */
  readonly countEvent: () => void;
  /** Makes the document anew: how long it takes, and how long after the first start of a container that is new in it. */
  readonly measure: (daemons: readonly ObservedDaemon[], rebuild: () => void) => void;
  /** All of it, in Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats). */
  readonly render: (now: Snapshot) => Promise<{ readonly type: string; readonly text: string }>;
};

/** What is looked up when somebody asks. */
export type Snapshot = {
  readonly daemons: readonly ObservedDaemon[];
  readonly routes: readonly RouteSummary[];
  readonly revision: Revision | undefined;
  readonly lastFetch: Fetch | undefined;
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly isolation: Isolation;
  readonly certificates: CertificateSummary;
  /** Certificates that Traefik has. */
  readonly served: readonly Served[];
  readonly nameOf: (id: NetworkId) => string;
};

const STATES: readonly ObservedDaemon['state'][] = ['connecting', 'up', 'unreachable', 'not-docker'];
/** From a millisecond to ten seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  const events = new Counter({ name: 'rediacc_events_total', help: 'Events of daemons', registers });
  const histogram = (name: string, help: string) =>
    new Histogram({ name, help, registers, buckets: BUCKETS });
  const rebuild = histogram('rediacc_rebuild_seconds', 'Time to make the document anew');
  const start = histogram(
    'rediacc_start_to_published_seconds',
    "From a container's start to the document with it",
  );
  const gauges = [
    ...createGauges(registers),
    ...createIsolationMetrics(registers),
    ...createCertificateMetrics(registers),
  ];
  const published = new WeakSet<ObservedDaemon['containers']>();
  return {
    countEvent: () => events.inc(),
    measure: (daemons, work) => {
      const begin = performance.now();
      work();
      rebuild.observe((performance.now() - begin) / 1000);
      for (const { containers, startedAt } of daemons) {
        if (startedAt !== undefined && !published.has(containers))
          start.observe((Date.now() - startedAt) / 1000);
        published.add(containers);
      }
    },
    render: async (now) => {
      for (const set of gauges) set(now);
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}

type Set = (now: Snapshot) => void;

function createGauges(registers: Registry[]): Set[] {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `rediacc_${name}`, help, labelNames, registers });
  const routers = gauge('routers', 'Routers in the document', ['protocol']);
  const services = gauge('services', 'Services in the document', ['protocol']);
  const problems = gauge('problems', 'Problems of labels', ['code']);
  const daemons = gauge('daemons', 'Daemons', ['state']);
  const containers = gauge('containers', 'Containers that are known', []);
  const fetched = gauge('fetch_age_seconds', 'Since Traefik took the document last');
  const current = gauge('fetch_current', 'Whether what Traefik took last is the newest document');
  const revision = gauge('revision_info', 'The newest document', ['revision']);
  return [
    ({ routes }) => {
      for (const protocol of PROTOCOLS) {
        routers.set(
          { protocol },
          sum(routes, ({ counts }) => counts[protocol].routers),
        );
        services.set(
          { protocol },
          sum(routes, ({ counts }) => counts[protocol].services),
        );
      }
    },
    ({ routes }) => {
      problems.reset();
      for (const { code } of routes.flatMap((one) => one.problems)) problems.inc({ code });
    },
    (now) => {
      for (const state of STATES) {
        daemons.set({ state }, now.daemons.filter((daemon) => daemon.state === state).length);
      }
      containers.set(sum(now.daemons, (daemon) => daemon.containers.length));
    },
    ({ now, lastFetch, ...snapshot }) => {
      fetched.set(lastFetch === undefined ? Number.NaN : (now - lastFetch.at) / 1000);
      current.set(lastFetch !== undefined && lastFetch.revision === snapshot.revision?.id ? 1 : 0);
      revision.reset();
      if (snapshot.revision !== undefined) revision.set({ revision: snapshot.revision.id }, 1);
    },
  ];
}

const REFUSED = ['connections', 'listeners', 'sockets', 'packets'] as const;

function createIsolationMetrics(registers: Registry[]): Set[] {
  const isOn = new Gauge({
    name: 'rediacc_isolation',
    help: 'Whether repositories are kept apart, as a probe has found',
    registers,
  });
  const refused = new Counter({
    name: 'rediacc_refused_total',
    help: 'What the kernel has refused to containers',
    labelNames: ['repository', 'network_id', 'kind'],
    registers,
  });
  return [
    ({ isolation, nameOf }) => {
      isOn.set(isolation.state === 'on' ? 1 : 0);
      // The kernel counts, not this program.
      refused.reset();
      if (!('refusals' in isolation)) return;
      for (const one of isolation.refusals) {
        const labels = { repository: nameOf(one.networkId), network_id: String(one.networkId) };
        for (const kind of REFUSED) refused.inc({ ...labels, kind }, one[kind]);
      }
    },
  ];
}

function createCertificateMetrics(registers: Registry[]): Set[] {
  const wanted = new Gauge({
    name: 'rediacc_certificates',
    help: 'Certificates that routers want, by what has become of them',
    labelNames: ['state'],
    registers,
  });
  const until = new Gauge({
    name: 'rediacc_certificate_not_after_seconds',
    help: 'When certificates that Traefik has end, in seconds since 1970',
    labelNames: ['names', 'issuer'],
    registers,
  });
  return [
    ({ certificates, served }) => {
      for (const [state, count] of Object.entries(certificates.states)) wanted.set({ state }, count);
      until.reset();
      for (const one of served)
        until.set({ names: one.names.join(' '), issuer: one.issuer }, one.until / 1000);
    },
  ];
}
