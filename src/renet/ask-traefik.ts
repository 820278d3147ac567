import type { Check } from '../core/deploy/proof.ts';
import type { RouterAnswer } from '../core/explain/answers.ts';
import type { FrontDoor } from '../core/infra/front-door.ts';
import { get } from '../edges/http.ts';

const TIMEOUT = 5_000;

/**
 * What Traefik says of a router. It makes one for each entrypoint that has settings of its own, as websecure has, and puts the
 * entrypoint's name before (pkg/server/aggregator.go, applyModel).
 *
 * @throws Error when its API does not answer
 */
export async function askTraefik(
  { protocol, route, entryPoint }: Pick<Check, 'protocol' | 'route' | 'entryPoint'>,
  api: FrontDoor['api'],
): Promise<RouterAnswer> {
  const ask = (path: string) => get(api, `/api/${protocol}/${path}`, TIMEOUT);
  for (const name of [`${entryPoint.name}-${route.name}`, route.name]) {
    const { status, body } = await ask(`routers/${encodeURIComponent(`${name}@http`)}`);
    if (status !== 200) continue;
    const router = JSON.parse(body) as { status?: string; error?: string[] };
    if (router.status === 'enabled') return { state: 'enabled' };
    // UDP has none.
    const { status: found, body: list } = await ask('middlewares');
    const middlewares = found === 200 ? (JSON.parse(list) as { name: string }[]).map((one) => one.name) : [];
    return { state: 'refused', errors: router.error ?? [router.status ?? 'it is switched off'], middlewares };
  }
  return { state: 'absent' };
}
