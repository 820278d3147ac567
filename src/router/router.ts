import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { LabelSettings } from '../core/labels/settings.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import { listRoutes } from '../core/routes/route-list.ts';
import { ClaimKeeper, type ClaimKeeperOptions } from './claim-keeper.ts';
import { createDocumentEndpoint } from './document-endpoint.ts';
import { describeHealth } from './health.ts';
import { DaemonObserver } from './observe.ts';
import { type Pace, pace } from './pace.ts';
import { listPorts } from './ports.ts';
import { createProblemLog } from './problem-log.ts';
import { createPublisher } from './publisher.ts';
import { createRefresher } from './refresh.ts';
import { createEndpointServer, json } from './serve.ts';
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
};

export type Router = { readonly server: Server; readonly close: () => void };

/** How long a daemon may take to answer, in milliseconds. */
const DAEMON_TIMEOUT = 5_000;
/** The longest that Traefik waits for an answer without news, in milliseconds. */
const HOLD = 5_000;
/** How changes that come in a burst are gathered, in milliseconds. */
const PACE: Pace = { gather: 30, longest: 250 };

/** The route server: observe -> read labels -> build routes -> render -> compare -> publish. Its server does not listen yet. */
export async function createRouter(options: RouterOptions): Promise<Router> {
  const { sockets, settings, grace, log } = options;
  let complete = false;
  const paced = pace(() => {
    refresher.refresh(observer.daemons());
    logProblems(refresher.routes().flatMap(({ problems }) => problems));
  }, PACE);
  const refresh = (): void => {
    if (complete) paced.request();
  };
  const state = await StateFolder.open({
    folder: options.stateDir,
    onDecisions: refresh,
    warn: (message) => log.warn(message),
  });
  const claims = new ClaimKeeper({ state, grace, ranges: options.ranges, onExpiry: refresh });
  const nameOf = (id: NetworkId): string =>
    observer.daemons().find(({ networkId }) => networkId === id)?.repository ?? String(id);
  const isTrusted = (id: NetworkId): boolean => state.decisions().trusted.has(id);
  const publisher = createPublisher();
  const onBug = (err: unknown, networkId: NetworkId): void =>
    log.error({ err, networkId }, 'a repository could not be read; it keeps the routes that it had');
  const refresher = createRefresher({ settings, isTrusted, nameOf, claims, publisher, onBug });
  const logProblems = createProblemLog(log, nameOf);
  const timeout = DAEMON_TIMEOUT;
  const observer = await DaemonObserver.start({ sockets, grace, timeout, memory: state, onChange: refresh });
  void observer.complete.then(() => {
    complete = true;
    refresh();
    log.info({ daemons: observer.daemons().length, revision: publisher.peek()?.id }, 'first document');
  });
  const server = serveRoutes({ ...options, state, claims, nameOf, publisher, refresher, observer });
  return {
    server,
    close: () => {
      observer.close();
      paced.close();
      claims.close();
      state.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

type Serving = RouterOptions & {
  readonly state: StateFolder;
  readonly claims: ClaimKeeper;
  readonly nameOf: (id: NetworkId) => string;
  readonly publisher: ReturnType<typeof createPublisher>;
  readonly refresher: ReturnType<typeof createRefresher>;
  readonly observer: DaemonObserver;
};

function serveRoutes({ state, claims, nameOf, publisher, refresher, observer, ...options }: Serving): Server {
  const document = createDocumentEndpoint(publisher, HOLD);
  /** Nothing partial is ever shown, as nothing partial is published. */
  const whenComplete = (make: () => unknown) =>
    json(async () => {
      await publisher.current();
      return make();
    });
  return createEndpointServer(
    {
      '/traefik.yaml': document.answer,
      '/health': json(() =>
        describeHealth({
          version: options.version,
          settings: options.settings,
          now: Date.now(),
          revision: publisher.peek(),
          daemons: observer.daemons(),
          routes: refresher.routes(),
          lastFetch: document.lastFetch(),
          trouble: state.trouble(),
        }),
      ),
      '/routes.json': whenComplete(() => listRoutes(refresher.routes(), nameOf)),
      '/ports': whenComplete(() => listPorts(claims.leases(), refresher.routes(), nameOf)),
    },
    (error) => options.log.error({ err: error }, 'a request failed'),
  );
}
