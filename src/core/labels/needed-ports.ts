import { SERVICE_PORT_LABEL } from './auto-route.ts';
import type { Labels } from './label-tree.ts';
import { readBool } from './scalars.ts';

/**
 * Whether a route of a container with these labels may lead to a port that only its image names, so that the daemon has to
 * be asked for it. True when in doubt: that costs one call.
 */
export function needsExposedPorts(labels: Labels): boolean {
  const entries = Object.entries(labels).map(([key, value]) => [key.toLowerCase(), value] as const);
  if (!entries.some(([key]) => /^(rediacc|traefik)\./.test(key))) return false;
  const enabled = new Set(
    entries.filter(([key]) => key === 'traefik.enable').map(([, text]) => readBool(text)),
  );
  if (enabled.size > 1) return true;
  return enabled.has(true) ? !everyServiceNamesItsPort(entries) : labels[SERVICE_PORT_LABEL] === undefined;
}

const OPTION = /^traefik\.(http|tcp|udp)\.(?:services\.([^.]+)(?:\.(.*))?)?/;

/** A protocol that labels speak of without a service gets one, with an exposed port. */
function everyServiceNamesItsPort(entries: readonly (readonly [string, string])[]): boolean {
  const protocols = new Set<string>();
  const services = new Set<string>();
  const ports = new Map<string, string[]>();
  for (const [key, value] of entries) {
    const [, protocol, name, option] = OPTION.exec(key) ?? [];
    if (protocol === undefined) continue;
    protocols.add(protocol);
    if (name === undefined) continue;
    const service = `${protocol}.${name}`;
    services.add(service);
    if (option === 'loadbalancer.server.port') ports.set(service, [...(ports.get(service) ?? []), value]);
  }
  return (
    services.size > 0 &&
    [...services].every((service) => ports.get(service)?.every((port) => port !== '')) &&
    [...protocols].every((protocol) => [...services].some((service) => service.startsWith(`${protocol}.`)))
  );
}
