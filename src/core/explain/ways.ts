import { type Check, checksOf } from '../deploy/proof.ts';
import type { RouteListing } from '../routes/route-list.ts';
import type { ContainerSeen, RepositorySeen, Seen } from './seen.ts';

/** The way of a request: what is asked for, and the containers that are to answer. */
export type Way = {
  readonly check: Check;
  readonly repository: RepositorySeen;
  readonly containers: readonly ContainerSeen[];
};

export type Protocol = Check['protocol'];
export const WAY_PROTOCOLS: readonly Protocol[] = ['http', 'tcp', 'udp'];

export type Routed = { readonly protocol: Protocol; readonly route: RouteListing };

export function allRoutes({ router }: Pick<Seen, 'router'>): Routed[] {
  return WAY_PROTOCOLS.flatMap((protocol) =>
    (router?.routes[protocol] ?? []).map((route) => ({ protocol, route })),
  );
}

/** The requests that a router is for. */
export function waysOf({ protocol, route }: Routed, seen: Seen): Way[] {
  const repository = seen.repositories.find(({ networkId }) => networkId === route.networkId);
  if (repository === undefined) return [];
  const containers = repository.containers.filter(({ name }) => route.containers.includes(name));
  const isPromised = (): boolean => true;
  return checksOf(protocol, route, { entryPoints: seen.door.entryPoints, isPromised }).map((check) => ({
    check,
    repository,
    containers,
  }));
}

/** `http://127.0.11.2:80` or `127.0.11.2:5432`, in parts. */
export function readBackend(text: string): { address: string; port: number; isTls: boolean } | undefined {
  const url = /^(https?|h2c):\/\//.test(text) ? URL.parse(text) : undefined;
  if (url === null) return undefined;
  if (url !== undefined) {
    const isTls = url.protocol === 'https:';
    return { address: url.hostname, port: Number(url.port) || (isTls ? 443 : 80), isTls };
  }
  const [, address, port] = /^(.*):(\d+)$/.exec(text) ?? [];
  return address === undefined ? undefined : { address, port: Number(port), isTls: false };
}
