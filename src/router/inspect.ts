import type { Container } from '../core/labels/container.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import type { ListedContainer } from '../core/repository/docker-api.ts';
import type { DockerClient } from '../edges/docker.ts';

/** Inspect calls that one daemon gets at a time. */
const PARALLEL = 16;

/**
 * The containers of a daemon that may get requests. One list call, and an inspect for each one not in `known`: exposed ports
 * never change. Containers that are known stay the same objects, and the whole stays the same array if nothing changed.
 */
export async function inspectNew(
  client: DockerClient,
  networkId: NetworkId,
  known: readonly Container[],
): Promise<readonly Container[]> {
  const byId = new Map(known.map((container) => [container.id, container]));
  const serving = (await client.list()).filter(({ serving }) => serving);
  const found = new Map<string, Container>();
  const queue = [...serving];
  const worker = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const container = await toContainer(client, networkId, { listed: next, known: byId.get(next.id) });
      if (container !== undefined) found.set(next.id, container);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, queue.length) }, worker));
  const containers = serving.flatMap(({ id }) => found.get(id) ?? []);
  return containers.length === known.length && containers.every((one, i) => one === known[i])
    ? known
    : containers;
}

async function toContainer(
  client: DockerClient,
  networkId: NetworkId,
  { listed, known }: { listed: ListedContainer; known: Container | undefined },
): Promise<Container | undefined> {
  if (known?.name === listed.name) return known;
  const exposedPorts = known?.exposedPorts ?? (await client.exposedPorts(listed.id));
  if (exposedPorts === undefined) return undefined;
  return { id: listed.id, name: listed.name, networkId, labels: listed.labels, exposedPorts };
}
