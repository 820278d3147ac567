import type { CertificateReport } from '../core/certificates/report.ts';
import type { HealthSeen, RouterSeen } from '../core/explain/seen.ts';
import type { FrontDoor } from '../core/infra/front-door.ts';
import type { RouteList } from '../core/routes/route-list.ts';
import { get } from '../edges/http.ts';

const TIMEOUT = 5_000;

/** What the route server tells; undefined: it does not answer. */
export async function lookAtRouter({ router }: FrontDoor): Promise<RouterSeen | undefined> {
  const ask = async <T>(path: string): Promise<T> => JSON.parse((await get(router, path, TIMEOUT)).body) as T;
  try {
    const health = await ask<HealthSeen>('/health');
    // Others wait for the first document.
    if (health.status === 'starting') return { health, routes: NO_ROUTES, certificates: [] };
    const [routes, certificates] = await Promise.all([
      ask<RouteList>('/routes.json'),
      ask<CertificateReport[]>('/certificates.json'),
    ]);
    return { routes, certificates, health };
  } catch {
    return undefined;
  }
}

const NO_ROUTES: RouteList = { http: [], tcp: [], udp: [], problems: [], unrouted: [] };
