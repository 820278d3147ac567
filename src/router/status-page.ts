import { latencyOf } from '../core/status/latency.ts';
import { makeStatus, type Status, type StatusInput } from '../core/status/status.ts';
import { PAGE_FILES, readPageFile } from '../edges/page.ts';
import { listCertificates, summarizeCertificates } from './certificates.ts';
import { Latencies } from './latencies.ts';
import { listAllRoutes } from './list-all-routes.ts';
import type { Endpoints } from './serve.ts';
import type { Serving } from './serving.ts';
import { StatusEvents } from './status-events.ts';

/** Nothing comes from elsewhere, and nobody may put it into a frame. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES = { 'index.html': 'text/html', 'page.css': 'text/css', 'page.js': 'text/javascript' } as const;

/** The page at `/`, and what it is told while it is open. */
export function statusEndpoints(serving: Serving): Endpoints {
  const latencies = new Latencies(serving.traefikApi);
  const cache = new RouteCache(serving);
  const events = new StatusEvents(async () => JSON.stringify(await statusOf(serving, cache, latencies)));
  const files = PAGE_FILES.map((name) => {
    const body = readPageFile(name);
    const headers = {
      'content-type': `${TYPES[name]}; charset=utf-8`,
      'content-length': Buffer.byteLength(body),
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    };
    const path = name === 'index.html' ? '/' : `/${name}`;
    return [path, (_: unknown, response) => void response.writeHead(200, headers).end(body)] as [
      string,
      Endpoints[string],
    ];
  });
  return { ...Object.fromEntries(files), '/events': events.answer };
}

async function statusOf(serving: Serving, cache: RouteCache, latencies: Latencies): Promise<Status> {
  const { version, settings, observer, publisher, nameOf, state, certificates } = serving;
  const [routes, measured] = await Promise.all([cache.routes(), latencies.look()]);
  const reports = listCertificates(serving);
  const isolation = await serving.isolation();
  const daemons = observer.daemons();
  const silent = daemons.filter((one) => one.state !== 'up');
  const reasons = [
    ...silent.map(
      (one) =>
        `the daemon of ${nameOf(one.networkId)} is ${one.state}${one.reason === undefined ? '' : `: ${one.reason}`}`,
    ),
    ...[
      state.trouble(),
      'reason' in isolation ? isolation.reason : undefined,
      summarizeCertificates(reports, certificates).reason,
    ].filter((one) => one !== undefined),
  ];
  const revision = publisher.peek()?.id;
  const byRouter = new Map(
    routes.http.flatMap(({ name }) => {
      const latency = latencyOf(name, measured);
      return latency === undefined ? [] : [[name, latency] as const];
    }),
  );
  return makeStatus({
    ...{ version, reasons, revision, daemons, routes, nameOf },
    state: revision === undefined ? 'starting' : reasons.length > 0 ? 'degraded' : 'ok',
    baseDomain: settings.autoRoutes ? settings.baseDomain : undefined,
    httpsPort: serving.httpsPort,
    certificates: reports,
    latencies: byRouter,
  });
}

/** Made once for each document. */
class RouteCache {
  readonly #serving: Serving;
  #made: { readonly key: string; readonly routes: StatusInput['routes'] } | undefined;

  constructor(serving: Serving) {
    this.#serving = serving;
  }

  async routes(): Promise<StatusInput['routes']> {
    const { publisher, refresher, nameOf } = this.#serving;
    const problems = refresher.summaries().map((one) => one.problems.length);
    const key = `${publisher.peek()?.id} ${problems.join(' ')}`;
    if (this.#made?.key === key) return this.#made.routes;
    const routes = await listAllRoutes(refresher, nameOf);
    this.#made = { key, routes };
    return routes;
  }
}
