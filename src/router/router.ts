import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { LabelSettings } from '../core/labels/settings.ts';
import { listRoutes } from '../core/routes/route-list.ts';
import { createDocumentEndpoint } from './document-endpoint.ts';
import { describeHealth } from './health.ts';
import { observeDaemons } from './observe.ts';
import { createPublisher } from './publisher.ts';
import { createRefresher } from './refresh.ts';
import { createEndpointServer, json } from './serve.ts';

export type RouterOptions = {
  readonly version: string;
  /** Pattern of the daemons' sockets. */
  readonly sockets: string;
  readonly settings: LabelSettings;
  /** How long the routes of a daemon that does not answer stay, in milliseconds. */
  readonly grace: number;
  readonly log: Logger;
};

export type Router = { readonly server: Server; readonly close: () => void };

/** How long a daemon may take to answer, in milliseconds. */
const DAEMON_TIMEOUT = 5_000;
/** The longest that Traefik waits for an answer without news, in milliseconds. */
const HOLD = 5_000;

/** The route server: observe -> read labels -> build routes -> render -> compare -> publish. Its server does not listen yet. */
export async function createRouter({
  version,
  sockets,
  settings,
  grace,
  log,
}: RouterOptions): Promise<Router> {
  const publisher = createPublisher();
  const refresher = createRefresher(settings, publisher);
  const document = createDocumentEndpoint(publisher, HOLD);
  let complete = false;
  const refresh = (): void => {
    if (complete) refresher.refresh(observer.daemons());
  };
  const observer = await observeDaemons({ sockets, grace, timeout: DAEMON_TIMEOUT, onChange: refresh });
  void observer.complete.then(() => {
    complete = true;
    refresh();
    log.info({ daemons: observer.daemons().length, revision: publisher.peek()?.id }, 'first document');
  });
  const nameOf = (id: number): string =>
    observer.daemons().find(({ networkId }) => networkId === id)?.repository ?? String(id);
  const server = createEndpointServer(
    {
      '/traefik.yaml': document.answer,
      '/health': json(() =>
        describeHealth({
          version,
          settings,
          now: Date.now(),
          revision: publisher.peek(),
          daemons: observer.daemons(),
          routes: refresher.routes(),
          lastFetch: document.lastFetch(),
        }),
      ),
      '/routes.json': json(async () => {
        await publisher.current();
        return listRoutes(refresher.routes(), nameOf);
      }),
      '/ports': json(() => ({ tcp: [], udp: [] })),
    },
    (error) => log.error({ err: error }, 'a request failed'),
  );
  return {
    server,
    close: () => {
      observer.close();
      server.close();
      server.closeAllConnections();
    },
  };
}
