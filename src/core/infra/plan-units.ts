import type { EntryPoint } from '../traefik/static-config.ts';
import type { Facts } from './facts.ts';
import {
  ADDRESS_TIMER,
  ISOLATION_UNIT,
  PLACES,
  PROBE_SOCKET,
  PROXY_UNIT,
  ROUTER_SOCKET,
  ROUTER_UNIT,
  socketUnit,
} from './places.ts';
import { SECRET_NAMES, secretPath } from './secrets.ts';

export type UnitChanges = {
  /** Units that must not run with what they have: sockets that are gone or elsewhere. */
  readonly stop: readonly string[];
  readonly enable: readonly string[];
  readonly restart: readonly string[];
};

/** Paths of files that are written and removed. */
export type FileChanges = { readonly write: readonly string[]; readonly remove: readonly string[] };

const SERVICES = [ROUTER_UNIT, PROXY_UNIT];

export type Wanted = {
  readonly entryPoints: readonly EntryPoint[];
  /** Whether the kernel is to keep repositories apart. */
  readonly isIsolated: boolean;
};

/** Which units have to stop, to start and to start anew when these files change. */
export function planUnits(
  changes: FileChanges & { readonly makeCertificate: boolean },
  facts: Facts,
  { entryPoints, isIsolated }: Wanted,
): UnitChanges {
  const isolation = planIsolation(changes, facts, isIsolated);
  const door = planDoor(changes, facts, entryPoints);
  return {
    stop: [...isolation.stop, ...door.stop],
    enable: [...isolation.enable, ...door.enable],
    restart: [...isolation.restart, ...door.restart],
  };
}

const ISOLATION = [ISOLATION_UNIT, PROBE_SOCKET];

/** First, so that nothing of what follows runs where it should be kept apart and is not. */
function planIsolation({ write, remove }: FileChanges, { units }: Facts, isWanted: boolean): UnitChanges {
  const path = (unit: string): string => `${PLACES.units}/${unit}`;
  const isNew = (unit: string): boolean => write.includes(path(unit)) || units.get(unit)?.active !== 'active';
  return {
    stop: ISOLATION.filter((unit) => remove.includes(path(unit))),
    enable: isWanted ? ISOLATION.filter((unit) => units.get(unit)?.enabled !== 'enabled') : [],
    restart: isWanted ? ISOLATION.filter(isNew) : [],
  };
}

function planDoor(
  { write, remove, makeCertificate }: FileChanges & { readonly makeCertificate: boolean },
  { files, units }: Facts,
  entryPoints: readonly EntryPoint[],
): UnitChanges {
  const changed = new Set([...write, ...remove]);
  const unitPath = (unit: string): string => `${PLACES.units}/${unit}`;
  const isActive = (unit: string): boolean => units.get(unit)?.active === 'active';
  const isSocketPath = (path: string): boolean => path.startsWith(unitPath('rediacc-proxy-'));
  const sockets = [...changed].filter(isSocketPath);
  const routerSocket = changed.has(unitPath(ROUTER_SOCKET));
  const isRouterOld = routerSocket || [unitPath(ROUTER_UNIT), PLACES.infra].some((path) => changed.has(path));
  const secrets = SECRET_NAMES.map(secretPath);
  const proxyFiles = [unitPath(PROXY_UNIT), PLACES.staticConfig, PLACES.acmeCa, ...secrets];
  const isProxyOld = makeCertificate || sockets.length > 0 || proxyFiles.some((path) => changed.has(path));
  const allListen = entryPoints.every(({ name }) => isActive(socketUnit(name)));
  return {
    stop: [
      ...sockets.filter((path) => files.has(path)).map((path) => path.slice(unitPath('').length)),
      ...(remove.includes(unitPath(ADDRESS_TIMER)) ? [ADDRESS_TIMER] : []),
      ...(routerSocket && files.has(unitPath(ROUTER_SOCKET)) ? [ROUTER_UNIT, ROUTER_SOCKET] : []),
    ],
    enable: [ROUTER_SOCKET, ...SERVICES].filter((unit) => units.get(unit)?.enabled !== 'enabled'),
    restart: [
      ...(isRouterOld || !isActive(ROUTER_UNIT) || !isActive(ROUTER_SOCKET) ? [ROUTER_UNIT] : []),
      ...(isProxyOld || !isActive(PROXY_UNIT) || !allListen ? [PROXY_UNIT] : []),
    ],
  };
}
