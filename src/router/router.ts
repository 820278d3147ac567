import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Isolation } from '../core/isolation/report.ts';
import type { LabelSettings } from '../core/labels/settings.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import type { Destination } from '../edges/http.ts';
import { CertificateKeeper, type TraefikSources } from './certificate-keeper.ts';
import { ClaimKeeper, type ClaimKeeperOptions } from './claim-keeper.ts';
import { createRouteServer } from './endpoints.ts';
import { createMetrics } from './metrics.ts';
import { DaemonObserver } from './observe.ts';
import { type Pace, pace } from './pace.ts';
import { createProblemLog } from './problem-log.ts';
import { createPublisher } from './publisher.ts';
import { Refresher } from './refresh.ts';
import { StateFolder } from './state-folder.ts';

export type RouterOptions = {
  readonly version: string;
  /** Pattern of the daemons' sockets. */
  readonly sockets: string;
  /** Where claims, leases and the operator's decisions are kept. */
  readonly stateDir: string;
  readonly settings: LabelSettings;
  /** The ports of the dynamic ranges. */
  readonly ranges: ClaimKeeperOptions['ranges'];
  /** How long the routes of a daemon that does not answer stay, and claims that nobody wants any more, in milliseconds. */
  readonly grace: number;
  readonly log: Logger;
  /** How to hear of Traefik's certificates. */
  readonly traefik: TraefikSources | undefined;
  readonly traefikApi: Destination | undefined;
  /** Of pages. */
  readonly httpsPort: number;
  /** Whether repositories are kept apart. */
  readonly isolation: () => Promise<Isolation>;
};

export type Router = {
  readonly server: Server;
  /** Lists the containers of all daemons again. */
  readonly lookAgain: () => Promise<void>;
  /** For when Traefik is being stopped. */
  readonly letGo: () => void;
  readonly close: () => void;
};

/** How long a daemon may take to answer, in milliseconds. */
const DAEMON_TIMEOUT = 5_000;
/** How changes that come in a burst are gathered, in milliseconds. */
const PACE: Pace = { gather: 10, longest: 250 };

/** The route server: observe -> read labels -> build routes -> render -> compare -> publish. Its server does not listen yet. */
export async function createRouter(options: RouterOptions): Promise<Router> {
  const { sockets, settings, grace, log } = options;
  let complete = false;
  const refresh = (): void => {
    if (complete) paced.request();
  };
  const warn = (message: string): void => log.warn(message);
  const state = await StateFolder.open({ folder: options.stateDir, onDecisions: refresh, warn });
  const claims = new ClaimKeeper({ state, grace, ranges: options.ranges, onExpiry: refresh });
  const certificates = new CertificateKeeper({ state, sources: options.traefik, onChange: refresh });
  const nameOf = (id: NetworkId): string =>
    observer.daemons().find(({ networkId }) => networkId === id)?.repository ?? String(id);
  const isTrusted = (id: NetworkId): boolean => state.decisions().trusted.has(id);
  const onBug = (err: unknown, networkId: NetworkId): void =>
    log.error({ err, networkId }, 'a repository could not be read; it keeps the routes that it had');
  const publisher = createPublisher();
  const refresher = new Refresher({ settings, isTrusted, nameOf, claims, certificates, publisher, onBug });
  const logProblems = createProblemLog(log, nameOf);
  const metrics = createMetrics();
  const paced = pace(() => {
    const daemons = observer.daemons();
    metrics.measure(daemons, () => refresher.refresh(daemons));
    logProblems(refresher.summaries());
  }, PACE);
  const observer = await DaemonObserver.start({
    sockets,
    grace,
    timeout: DAEMON_TIMEOUT,
    memory: state,
    onEvent: metrics.countEvent,
    onFirstAnswer: (daemon) => refresher.prepare(daemon),
    onChange: refresh,
  });
  void observer.complete.then(() => {
    complete = true;
    refresh();
    log.info({ daemons: observer.daemons().length, revision: publisher.peek()?.id }, 'first document');
  });
  const parts = { ...options, state, claims, certificates, nameOf, publisher, refresher, observer, metrics };
  const { server, letGo } = createRouteServer(parts);
  const close = (): void => {
    for (const part of [observer, paced, claims, certificates, state, server]) part.close();
    server.closeAllConnections();
  };
  return { server, lookAgain: observer.lookAgain, letGo, close };
}
