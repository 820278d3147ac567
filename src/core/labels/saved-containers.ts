import * as z from 'zod/mini';
import type { NetworkId } from '../network/subnet.ts';
import type { Container } from './container.ts';

/** What was last known of a daemon's containers, for when the daemon does not answer at the next start. */
export type SavedDaemon = {
  readonly networkId: NetworkId;
  /** The repository's name, where it had a record: without that record it has been taken down since. */
  readonly repository?: string;
  readonly containers: readonly Container[];
};

const savedDaemon = z.object({
  networkId: z.number(),
  repository: z.optional(z.string()),
  containers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      labels: z.record(z.string(), z.string()),
      ports: z.optional(z.object({ tcp: z.array(z.number()), udp: z.array(z.number()) })),
      serving: z.boolean(),
    }),
  ),
});

/** @throws Error for a file that we did not write */
export function readSavedDaemon(text: string): SavedDaemon {
  const { networkId, repository, containers } = z.parse(savedDaemon, JSON.parse(text));
  return {
    networkId,
    ...(repository === undefined ? {} : { repository }),
    containers: containers.map(({ ports, ...container }) => ({
      ...container,
      networkId,
      ...(ports === undefined ? {} : { ports }),
    })),
  };
}

export function writeSavedDaemon({ containers, ...daemon }: SavedDaemon): string {
  const saved = containers.map(({ id, name, labels, ports, serving }) => ({
    id,
    name,
    labels,
    ports,
    serving,
  }));
  return `${JSON.stringify({ ...daemon, containers: saved })}\n`;
}
