import type { EntryPoint } from '../traefik/static-config.ts';
import type { Facts } from './facts.ts';
import { ADDRESS_TIMER, PLACES, PROXY_UNIT, ROUTER_SOCKET, ROUTER_UNIT, socketUnit } from './places.ts';
import { CF_TOKEN } from './units.ts';

export type UnitChanges = {
  /** Units that must not run with what they have: sockets that are gone or elsewhere. */
  readonly stop: readonly string[];
  readonly enable: readonly string[];
  readonly restart: readonly string[];
};

/** Paths of files that are written and removed. */
export type FileChanges = { readonly write: readonly string[]; readonly remove: readonly string[] };

const SERVICES = [ROUTER_UNIT, PROXY_UNIT];

/** Which units have to stop, to start and to start anew when these files change. */
export function planUnits(
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
  const proxyFiles = [unitPath(PROXY_UNIT), PLACES.staticConfig, `${PLACES.secrets}/${CF_TOKEN}`];
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
