import type { Ports, StreamProtocol } from '../network/ports.ts';
import type { NetworkId } from '../network/subnet.ts';
import { type Grace, type Held, settleHeld } from './grace.ts';

/** A container's port that wants a public one. */
export type PortRequest = {
  readonly protocol: StreamProtocol;
  readonly networkId: NetworkId;
  /** The service's name. */
  readonly service: string;
  /** The port that the container listens on. */
  readonly target: number;
};

/** A public port of the dynamic range that is handed out. */
export type Lease = PortRequest & Held & { readonly port: number };

export type LeaseInput = Grace & {
  readonly wanted: readonly PortRequest[];
  /** The dynamic ranges. */
  readonly ranges: Ports;
};

/**
 * The leases after a look at what is wanted: each request keeps the port that it has, and a new one gets the lowest that is
 * free. Requests for which there is none left are simply not among them.
 */
export function settleLeases(leases: readonly Lease[], input: LeaseInput): Lease[] {
  const wanted = new Set(input.wanted.map(leaseKey));
  const kept = leases
    .filter(({ protocol, port }) => input.ranges[protocol].includes(port))
    .flatMap((lease) => settleHeld(lease, wanted.has(leaseKey(lease)), input) ?? []);
  const held = new Set(kept.map(leaseKey));
  for (const request of input.wanted) {
    if (held.has(leaseKey(request))) continue;
    const taken = new Set(
      kept.filter(({ protocol }) => protocol === request.protocol).map(({ port }) => port),
    );
    const port = input.ranges[request.protocol].find((one) => !taken.has(one));
    if (port === undefined) continue;
    const { protocol, networkId, service, target } = request;
    kept.push({ protocol, networkId, service, target, port, since: input.now });
    held.add(leaseKey(request));
  }
  return kept.sort((a, b) =>
    a.protocol === b.protocol ? a.port - b.port : a.protocol < b.protocol ? -1 : 1,
  );
}

export function leaseKey({ protocol, networkId, service, target }: PortRequest): string {
  return `${protocol} ${networkId} ${target} ${service}`;
}
