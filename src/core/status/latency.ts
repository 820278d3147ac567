/** Requests between two looks: how many, and how long one took, in milliseconds. */
export type Latency = { readonly requests: number; readonly milliseconds: number };

/** What Traefik has counted of a router since its start. */
export type Counted = { readonly requests: number; readonly seconds: number };

const ROW = /^traefik_router_request_duration_seconds_(sum|count)\{(.*)\} (\S+)$/gm;

/** Of Traefik's metrics (doc.traefik.io/traefik/reference/install-configuration/observability/metrics), by router. */
export function readRouterMetrics(text: string): Map<string, Counted> {
  const counted = new Map<string, Counted>();
  for (const [, kind, labels = '', number] of text.matchAll(ROW)) {
    const [, router] = /(?:^|,)router="([^"]*)@http"/.exec(labels) ?? [];
    if (router === undefined) continue;
    const { requests, seconds } = counted.get(router) ?? { requests: 0, seconds: 0 };
    const value = Number(number);
    counted.set(
      router,
      kind === 'sum' ? { requests, seconds: seconds + value } : { requests: requests + value, seconds },
    );
  }
  return counted;
}

/** What came between two looks; of routers without a request there what came before. */
export function latenciesBetween(
  before: ReadonlyMap<string, Counted>,
  now: ReadonlyMap<string, Counted>,
  last: ReadonlyMap<string, Latency>,
): Map<string, Latency> {
  const fresh = new Map(last);
  for (const [router, { requests, seconds }] of now) {
    const { requests: earlier, seconds: spent } = before.get(router) ?? { requests: 0, seconds: 0 };
    // Traefik has been started anew, and counts from zero.
    const isAnew = requests < earlier;
    const count = isAnew ? requests : requests - earlier;
    if (count === 0) continue;
    const took = isAnew ? seconds : seconds - spent;
    fresh.set(router, { requests: count, milliseconds: Math.round((took / count) * 10_000) / 10 });
  }
  return fresh;
}

/** By the name that the document has: Traefik puts the entrypoint's before it. */
export function latencyOf(router: string, all: ReadonlyMap<string, Latency>): Latency | undefined {
  return all.get(router) ?? all.get(`websecure-${router}`) ?? all.get(`websecure-v6-${router}`);
}
