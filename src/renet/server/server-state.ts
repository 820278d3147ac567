import type { Infra } from '../../core/infra/infra-file.ts';
import { PROXY_UNIT, ROUTER_SOCKET, ROUTER_UNIT, socketUnit } from '../../core/infra/places.ts';
import { API_PORT, ROUTER_PORT } from '../../core/infra/port-lists.ts';
import { get } from '../../edges/http.ts';
import { type UnitState, unitStates } from '../../edges/systemd.ts';
import { shakesHands } from '../../edges/tls.ts';

/** What runs of a server's front door. */
export type ServerState = {
  readonly units: ReadonlyMap<string, UnitState>;
  /** The route server's `/health`; undefined when it does not answer. */
  readonly health: Health | undefined;
  /** Names of the entrypoints that Traefik has; undefined when it does not answer. */
  readonly traefik: readonly string[] | undefined;
  /** Names of entrypoints for HTTPS on which no TLS handshake is completed. */
  readonly mute: readonly string[];
};

/** The part of `/health` that matters here. */
export type Health = {
  readonly status: string;
  readonly trouble?: string;
  readonly revision: string | null;
  readonly routers: number;
  readonly isolation: { readonly state: 'on' | 'off' | 'open' | 'unknown'; readonly reason?: string };
  readonly problems: number;
  readonly autoRoutes: { readonly enabled: boolean; readonly baseDomain?: string; readonly reason?: string };
  readonly daemons: readonly {
    readonly networkId: number;
    readonly state: string;
    readonly reason?: string;
  }[];
  readonly traefik: {
    readonly fetched: string | null;
    readonly secondsAgo?: number;
    readonly current?: boolean;
  };
};

const TIMEOUT = 2_000;

export function unitsOf({ entryPoints }: Pick<Infra, 'entryPoints'>): string[] {
  return [ROUTER_SOCKET, ROUTER_UNIT, ...entryPoints.map(({ name }) => socketUnit(name)), PROXY_UNIT];
}

export async function observeServer(infra: Pick<Infra, 'entryPoints'>): Promise<ServerState> {
  const ask = async <T>(port: number, path: string): Promise<T | undefined> => {
    try {
      const { status, body } = await get({ host: '127.0.0.1', port }, path, TIMEOUT);
      return status === 200 ? (JSON.parse(body) as T) : undefined;
    } catch {
      return undefined;
    }
  };
  const secure = infra.entryPoints.filter(({ name }) => name.startsWith('websecure'));
  const [units, health, entryPoints, hands] = await Promise.all([
    unitStates(unitsOf(infra)),
    ask<Health>(ROUTER_PORT, '/health'),
    ask<{ name: string }[]>(API_PORT, '/api/entrypoints'),
    Promise.all(secure.map((entryPoint) => shakesHands(entryPoint, TIMEOUT))),
  ]);
  return {
    ...{ units, health },
    traefik: entryPoints?.map(({ name }) => name),
    mute: secure.filter((_, i) => !hands[i]).map(({ name }) => name),
  };
}

/** What keeps a server from doing what it is to do, in the order in which it is to be mended. */
export function findFaults({ entryPoints }: Pick<Infra, 'entryPoints'>, state: ServerState): string[] {
  const down = unitsOf({ entryPoints })
    .map((unit) => [unit, state.units.get(unit)] as const)
    .filter(([, unit]) => unit?.active !== 'active')
    .map(([unit, at]) => `${unit} is ${at?.active || 'unknown'}${at?.sub ? ` (${at.sub})` : ''}`);
  if (down.length > 0) return down;
  if (state.health === undefined) return ['the route server does not answer'];
  if (state.traefik === undefined) return ["Traefik's API does not answer"];
  const lacking = entryPoints.filter(({ name }) => !state.traefik?.includes(name)).map(({ name }) => name);
  if (lacking.length > 0) return [`Traefik lacks the entrypoints ${lacking.join(', ')}`];
  if (state.health.status === 'starting') return ['the route server has no document yet'];
  if (state.health.isolation.reason !== undefined)
    return [`repositories are not kept apart: ${state.health.isolation.reason}`];
  if (state.mute.length > 0) return [`Traefik completes no TLS handshake on ${state.mute.join(', ')}`];
  if (state.health.traefik.current !== true) return ['Traefik has not taken the newest routes'];
  return [];
}
