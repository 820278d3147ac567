import { type Counted, type Latency, latenciesBetween, readRouterMetrics } from '../core/status/latency.ts';
import { type Destination, get } from '../edges/http.ts';

const TIMEOUT = 1_000;

/** How long requests take, as Traefik counts them. Asked only while somebody watches. */
export class Latencies {
  readonly #api: Destination | undefined;
  #counted: ReadonlyMap<string, Counted> | undefined;
  #latencies: ReadonlyMap<string, Latency> = new Map();

  /** @param api Traefik's; undefined: nobody tells */
  constructor(api: Destination | undefined) {
    this.#api = api;
  }

  /** By the names that Traefik gives to routers. */
  async look(): Promise<ReadonlyMap<string, Latency>> {
    if (this.#api === undefined) return this.#latencies;
    const answer = await get(this.#api, '/metrics', TIMEOUT).catch(() => undefined);
    if (answer?.status !== 200) return this.#latencies;
    const counted = readRouterMetrics(answer.body);
    this.#latencies = latenciesBetween(this.#counted ?? new Map(), counted, this.#latencies);
    this.#counted = counted;
    return this.#latencies;
  }
}
