import { parentWildcard } from '../claims/host-names.ts';

/** A certificate that routers want: one order at the ACME server (RFC 8555, 7.4). */
export type Order = {
  readonly resolver: string;
  /** Hosts, and wildcards as `*.example.com`. */
  readonly names: readonly string[];
};

/** Orders by their keys. */
export type Orders = ReadonlyMap<string, Order>;

/** A certificate that Traefik has. Times are in milliseconds since 1970. */
export type Served = {
  readonly names: readonly string[];
  readonly issuer: string;
  readonly serial: string;
  readonly from: number;
  readonly until: number;
};

/** The same for the same names, in whatever order. */
export function orderKey({ resolver, names }: Order): string {
  return [resolver, ...[...names].sort()].join(' ');
}

/** By name, the certificate that is good for longest. */
export type ServedNames = ReadonlyMap<string, Served>;

/** Those that have ended, too: Traefik goes on to renew them, and orders no other. */
export function indexServed(served: readonly Served[]): ServedNames {
  const byName = new Map<string, Served>();
  for (const one of served) {
    for (const name of one.names) if (one.until > (byName.get(name)?.until ?? 0)) byName.set(name, one);
  }
  return byName;
}

/** The certificate that a host has, be it a wildcard's; undefined: none. */
export function servedFor(name: string, served: ServedNames): Served | undefined {
  return served.get(name) ?? served.get(parentWildcard(name) ?? '');
}

/** Traefik orders nothing whose names all have a certificate. */
export function isServed({ names }: Order, served: ServedNames): boolean {
  return names.every((name) => servedFor(name, served) !== undefined);
}
