import type { Server } from 'node:http';
import { setImmediate as others } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Isolation } from '../core/isolation/report.ts';
import type { LabelSettings } from '../core/labels/settings.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import type { RepositoryRoutes } from '../core/routes/repository-routes.ts';
import { listRoutes, type RouteList } from '../core/routes/route-list.ts';
import type { Destination } from '../edges/http.ts';
import type { CertificateKeeper } from './certificate-keeper.ts';
import { listCertificates, summarizeCertificates } from './certificates.ts';
import type { ClaimKeeper } from './claim-keeper.ts';
import { createDocumentEndpoint, type DocumentEndpoint } from './document-endpoint.ts';
import { describeHealth } from './health.ts';
import type { Metrics, Snapshot } from './metrics.ts';
import type { DaemonObserver } from './observe.ts';
import { listPorts } from './ports.ts';
import type { Publisher } from './publisher.ts';
import type { Refresher } from './refresh.ts';
import { createEndpointServer, healthEndpoint, json, text } from './serve.ts';
import type { StateFolder } from './state-folder.ts';
import { statusEndpoints } from './status-page.ts';

/** The longest that Traefik waits for an answer without news, in milliseconds. */
const HOLD = 5_000;

export type Serving = {
  readonly version: string;
  readonly settings: LabelSettings;
  readonly log: Logger;
  readonly isolation: () => Promise<Isolation>;
  readonly metrics: Metrics;
  readonly state: StateFolder;
  readonly claims: ClaimKeeper;
  readonly certificates: CertificateKeeper;
  readonly nameOf: (id: NetworkId) => string;
  readonly publisher: Publisher;
  readonly refresher: Refresher;
  readonly observer: DaemonObserver;
  /** Of pages, as browsers must name it. */
  readonly httpsPort: number;
  /** Traefik's API; undefined: nobody asks it how long requests take. */
  readonly traefikApi: Destination | undefined;
};

export type RouteServer = { readonly server: Server; readonly letGo: DocumentEndpoint['letGo'] };

/** What the route server answers. Not listening yet. */
export function createRouteServer(serving: Serving): RouteServer {
  const { version, settings, log, metrics, state, claims, nameOf, publisher, refresher, isolation } = serving;
  const document = createDocumentEndpoint(publisher, HOLD);
  const snapshot = () => takeSnapshot(serving, document);
  const health = async () => {
    const found = await isolation();
    return describeHealth({ ...snapshot(), version, settings, trouble: state.trouble(), isolation: found });
  };
  /** Nothing partial is ever shown, as nothing partial is published. */
  const whenComplete = (make: () => unknown) =>
    json(async () => {
      await publisher.current();
      return make();
    });
  const server = createEndpointServer(
    {
      '/traefik.yaml': document.answer,
      '/health': healthEndpoint(health),
      '/metrics': text(async () => metrics.render({ ...snapshot(), isolation: await isolation(), nameOf })),
      '/routes.json': whenComplete(() => listAll(refresher, nameOf)),
      '/certificates.json': whenComplete(() => listCertificates(serving)),
      '/ports': whenComplete(() => listPorts(claims.leases(), refresher.summaries(), nameOf)),
      ...statusEndpoints(serving),
    },
    (error) => log.error({ err: error }, 'a request failed'),
  );
  return { server, letGo: document.letGo };
}

function takeSnapshot(serving: Serving, document: DocumentEndpoint): Omit<Snapshot, 'isolation' | 'nameOf'> {
  const { publisher, observer, refresher, certificates } = serving;
  return {
    now: Date.now(),
    revision: publisher.peek(),
    daemons: observer.daemons(),
    routes: refresher.summaries(),
    lastFetch: document.lastFetch(),
    certificates: summarizeCertificates(listCertificates(serving), certificates),
    served: certificates.ledger().served,
  };
}

/** Made for who asks, which takes long with many: whatever else happens goes on between two repositories. */
async function listAll(refresher: Refresher, nameOf: Serving['nameOf']): Promise<RouteList> {
  const all: RepositoryRoutes[] = [];
  for (const routes of refresher.routes()) {
    all.push(routes);
    await others();
  }
  return listRoutes(all, nameOf);
}
