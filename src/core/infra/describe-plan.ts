import type { EntryPoint } from '../traefik/static-config.ts';
import { hostPort } from '../traefik/static-config.ts';
import { PROXY_UNIT } from './places.ts';
import { renderPorts } from './port-lists.ts';

/** Which ports are opened and closed, a line for each address. */
export function describePorts(before: readonly EntryPoint[], after: readonly EntryPoint[]): string[] {
  const key = (one: EntryPoint): string => `${one.protocol} ${hostPort(one)}`;
  const had = new Set(before.map(key));
  const has = new Set(after.map(key));
  const opened = after.filter((one) => !had.has(key(one)));
  const closed = before.filter((one) => !has.has(key(one)));
  return [...listPorts('open', opened), ...listPorts('close', closed)];
}

/** A line for each address, as `open on 203.0.113.50: TCP 80, 443; UDP 53`. */
export function listPorts(what: string, entryPoints: readonly EntryPoint[]): string[] {
  const hosts = [...new Set(entryPoints.map(({ host }) => host))];
  return hosts.map((host) => {
    const lists = (['tcp', 'udp'] as const).flatMap((protocol) => {
      const ports = entryPoints.filter((one) => one.host === host && one.protocol === protocol);
      return ports.length === 0
        ? []
        : [`${protocol.toUpperCase()} ${renderPorts(ports.map(({ port }) => port)).replaceAll(',', ', ')}`];
    });
    return `${what} on ${host}: ${lists.join('; ')}`;
  });
}

/** Which files are written and removed, a line for each folder. Entrypoints' sockets are said as ports. */
export function describeFiles(files: {
  readonly write: readonly string[];
  readonly remove: readonly string[];
}): string[] {
  return (['write', 'remove'] as const).flatMap((what) => {
    const shown = files[what].filter((path) => !path.includes('/rediacc-proxy-'));
    const folders = [...new Set(shown.map((path) => path.replace(/[^/]*$/, '')))];
    return folders.map((folder) => {
      const names = shown.filter((path) => path.replace(/[^/]*$/, '') === folder);
      return `${what} in ${folder}: ${names.map((path) => path.slice(folder.length)).join(', ')}`;
    });
  });
}

export function describeRestart(unit: string, isActive: boolean): string {
  if (!isActive) return `start ${unit}`;
  return unit === PROXY_UNIT
    ? `restart ${unit}: new connections wait, those that are open end`
    : `restart ${unit}: nothing is interrupted`;
}
