import type { Server } from 'node:http';
import { listCertificates, summarizeCertificates } from './certificates.ts';
import { createDocumentEndpoint, type DocumentEndpoint } from './document-endpoint.ts';
import { describeHealth } from './health.ts';
import { listAllRoutes } from './list-all-routes.ts';
import type { Snapshot } from './metrics.ts';
import { listPorts } from './ports.ts';
import { createEndpointServer, healthEndpoint, json, text } from './serve.ts';
import type { Serving } from './serving.ts';
import { statusEndpoints } from './status-page.ts';

/** The longest that Traefik waits for an answer without news, in milliseconds. */
const HOLD = 5_000;

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
      '/routes.json': whenComplete(() => listAllRoutes(refresher, nameOf)),
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
