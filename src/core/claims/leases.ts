import type { NetworkId } from '../network/subnet.ts';

export type StreamProtocol = 'tcp' | 'udp';

/** A container's port that wants a public one. */
export type PortRequest = {
  readonly protocol: StreamProtocol;
  readonly networkId: NetworkId;
  /** The service's name. */
  readonly service: string;
  /** The port that the container listens on. */
  readonly target: number;
};

/** A public port of the dynamic range that is handed out. Times are milliseconds since 1970. */
export type Lease = PortRequest & {
  readonly port: number;
  readonly since: number;
  /** Since when its daemon answers, but no container asks for it any more. */
  readonly goneSince?: number;
};

export type LeaseInput = {
  readonly wanted: readonly PortRequest[];
  readonly answering: ReadonlySet<NetworkId>;
  /** The dynamic ranges. */
  readonly ranges: Readonly<Record<StreamProtocol, readonly number[]>>;
  readonly now: number;
  /** How long a lease that nobody asks for is kept, in milliseconds. */
  readonly grace: number;
};

/**
 * The leases after a look at what is wanted: each request keeps the port that it has, and a new one gets the lowest that is
 * free. Requests for which there is none left are simply not among them.
 */
export function settleLeases(leases: readonly Lease[], input: LeaseInput): Lease[] {
  const wanted = new Set(input.wanted.map(leaseKey));
  const kept = leases.flatMap((lease) => settleLease(lease, wanted.has(leaseKey(lease)), input));
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

function settleLease(lease: Lease, wanted: boolean, { answering, ranges, now, grace }: LeaseInput): Lease[] {
  if (!ranges[lease.protocol].includes(lease.port)) return [];
  const { goneSince = now, ...rest } = lease;
  if (wanted) return [lease.goneSince === undefined ? lease : rest];
  if (!answering.has(lease.networkId)) return [lease];
  return now - goneSince >= grace ? [] : [{ ...rest, goneSince }];
}
