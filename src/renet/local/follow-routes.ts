import { setTimeout as sleep } from 'node:timers/promises';
import { hostsOfRule } from '../../core/routes/hosts.ts';
import type { RouteList } from '../../core/routes/route-list.ts';
import { get } from '../../edges/http.ts';
import type { ProxyPlaces } from './proxy.ts';

const LOOK_EVERY = 500;
const TIMEOUT = 2_000;

/** Says which pages come and go, and what is wrong with labels, for as long as the signal is not aborted. */
export async function followRoutes(
  places: ProxyPlaces,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let before: ReadonlySet<string> = new Set();
  while (!signal.aborted) {
    const now = await describeRoutes(places).catch(() => before);
    for (const line of now) if (!before.has(line)) print(`+ ${line}`);
    for (const line of before) if (!now.has(line)) print(`- ${line}`);
    before = now;
    await sleep(LOOK_EVERY, undefined, { signal }).catch(() => {});
  }
}

async function describeRoutes(places: ProxyPlaces): Promise<ReadonlySet<string>> {
  const { body } = await get({ host: places.address, port: places.routerPort }, '/routes.json', TIMEOUT);
  const { http, problems } = JSON.parse(body) as RouteList;
  const routes = http.map(({ rule, repository, backends }) => {
    const urls = hostsOfRule(rule).map((host) => urlOf(host, places.httpsPort));
    return `${urls.join(', ') || rule}  ->  ${backends.join(', ')}  (${repository})`;
  });
  const wrong = problems.map(
    ({ repository, container, label, value, reason, fix }) =>
      `problem  ${repository}/${container}: ${label === undefined ? '' : `${label}=${value}: `}${reason}. ${fix}`,
  );
  return new Set([...routes, ...wrong]);
}

export function urlOf(host: string, httpsPort: number): string {
  return `https://${host}${httpsPort === 443 ? '' : `:${httpsPort}`}`;
}
