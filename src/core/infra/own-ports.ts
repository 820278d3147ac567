import { Refusal } from '../refusal.ts';
import type { Facts } from './facts.ts';
import { PROXY_UNIT, ROUTER_SOCKET } from './places.ts';
import { API_PORT, ROUTER_PORT } from './port-lists.ts';

const OWN = [
  { port: ROUTER_PORT, unit: ROUTER_SOCKET, what: 'the route server' },
  { port: API_PORT, unit: PROXY_UNIT, what: "Traefik's own API" },
] as const;

/** Refuses when somebody else has a port of the loopback address that we need, such as a `renet local`. */
export function requireOwnPorts({ bound, units }: Facts): void {
  for (const { port, unit, what } of OWN) {
    if (units.get(unit)?.active === 'active') continue;
    const holder = bound.find(
      (one) =>
        one.protocol === 'tcp' && one.port === port && ['127.0.0.1', '0.0.0.0', '*'].includes(one.address),
    );
    if (holder === undefined || /^(systemd|traefik)/.test(holder.holder)) continue;
    throw new Refusal(
      'port-taken',
      `port ${port} of 127.0.0.1, which is for ${what}, is taken by ${holder.holder}`,
      'Stop that. Nothing was changed.',
    );
  }
}
