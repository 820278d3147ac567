import type { Isolation } from '../core/isolation/report.ts';
import { type Kind, PROTOCOLS } from '../core/labels/sections.ts';
import type { LabelSettings } from '../core/labels/settings.ts';
import type { RouteSummary } from '../core/routes/summary.ts';
import type { CertificateSummary } from './certificates.ts';
import type { Fetch } from './document-endpoint.ts';
import type { ObservedDaemon } from './observe.ts';
import type { Revision } from './publisher.ts';
import { sum } from './sum.ts';

export type HealthInput = {
  readonly version: string;
  readonly now: number;
  readonly revision: Revision | undefined;
  readonly daemons: readonly ObservedDaemon[];
  readonly routes: readonly RouteSummary[];
  readonly settings: LabelSettings;
  readonly lastFetch: Fetch | undefined;
  /** What is wrong with the state folder. */
  readonly trouble: string | undefined;
  readonly isolation: Isolation;
  readonly certificates: CertificateSummary;
};

/** What `/health` says. `degraded` is about the machine: wrong labels of a container are counted, but no cause for it. */
export function describeHealth(input: HealthInput): Record<string, unknown> {
  const { version, now, revision, daemons, routes, settings, lastFetch, isolation, certificates } = input;
  const degraded =
    daemons.some(({ state }) => state !== 'up') ||
    input.trouble !== undefined ||
    'reason' in isolation ||
    'reason' in certificates;
  return {
    status: revision === undefined ? 'starting' : degraded ? 'degraded' : 'ok',
    version,
    revision: revision?.id ?? null,
    routers: countAll('routers', routes),
    services: countAll('services', routes),
    problems: sum(routes, ({ problems }) => problems.length),
    ...(input.trouble === undefined ? {} : { trouble: input.trouble }),
    isolation: {
      state: isolation.state,
      ...('reason' in isolation ? { reason: isolation.reason } : {}),
    },
    certificates: { ...certificates.states, ...(certificates.reason && { reason: certificates.reason }) },
    autoRoutes: describeAutoRoutes(settings),
    daemons: daemons.map((daemon) => describeDaemon(daemon, now)),
    traefik:
      lastFetch === undefined
        ? { fetched: null }
        : {
            fetched: new Date(lastFetch.at).toISOString(),
            secondsAgo: seconds(now - lastFetch.at),
            revision: lastFetch.revision,
            current: lastFetch.revision === revision?.id,
          },
  };
}

function describeAutoRoutes({ autoRoutes, baseDomain }: LabelSettings): Record<string, unknown> {
  if (!autoRoutes) return { enabled: false, reason: 'they are switched off' };
  if (baseDomain === undefined) return { enabled: false, reason: 'no base domain is set' };
  return { enabled: true, baseDomain };
}

function countAll(kind: Kind, routes: readonly RouteSummary[]): number {
  return sum(routes, ({ counts }) => sum(PROTOCOLS, (protocol) => counts[protocol][kind]));
}

function describeDaemon(daemon: ObservedDaemon, now: number): Record<string, unknown> {
  const { networkId, repository, socket, state, reason, lastAnswer, containers } = daemon;
  return {
    networkId,
    ...(repository === undefined ? {} : { repository }),
    socket,
    state,
    ...(reason === undefined ? {} : { reason }),
    containers: containers.length,
    ...(lastAnswer === undefined
      ? {}
      : { lastAnswered: new Date(lastAnswer).toISOString(), secondsAgo: seconds(now - lastAnswer) }),
  };
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}
