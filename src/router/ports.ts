import type { Lease } from '../core/claims/leases.ts';
import type { StreamProtocol } from '../core/network/ports.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import type { RouteSummary } from '../core/routes/summary.ts';

/** A public port of the dynamic range, as `/ports` shows it. */
export type PortListing = {
  readonly port: number;
  readonly networkId: NetworkId;
  readonly repository: string;
  readonly service: string;
  /** Where the container listens; null while none runs. */
  readonly target: string | null;
  readonly since: string;
};

export function listPorts(
  leases: readonly Lease[],
  routes: readonly RouteSummary[],
  nameOf: (id: NetworkId) => string,
): Record<StreamProtocol, PortListing[]> {
  const all = routes.flatMap(({ networkId, publicPorts }) =>
    publicPorts.map((one) => ({ ...one, networkId })),
  );
  const list = (protocol: StreamProtocol): PortListing[] =>
    leases
      .filter((lease) => lease.protocol === protocol)
      .map(({ port, networkId, service, target, since }) => {
        const wanted = all.find(
          (one) =>
            one.protocol === protocol &&
            one.networkId === networkId &&
            one.service === service &&
            one.target === target,
        );
        return {
          port,
          networkId,
          repository: nameOf(networkId),
          service,
          target: wanted === undefined ? null : `${wanted.address}:${target}`,
          since: new Date(since).toISOString(),
        };
      });
  return { tcp: list('tcp'), udp: list('udp') };
}
