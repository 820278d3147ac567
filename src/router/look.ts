import type { Container } from '../core/labels/container.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import type { ListedContainer } from '../core/repository/docker-api.ts';
import type { DockerClient } from '../edges/docker.ts';

/** Inspect calls that one daemon gets at a time. */
const PARALLEL = 16;

export type LookOptions = {
  readonly client: DockerClient;
  readonly networkId: NetworkId;
  /** What the last look found. */
  readonly known: readonly Container[];
  /** Ids of containers that events have told of since. */
  readonly touched: readonly string[];
};

/**
 * The containers of a daemon that may get requests: one list call, and an inspect for each container never seen or touched.
 * Containers that are known stay the same objects, and the whole stays the same array if nothing changed.
 *
 * Those that events told of are inspected before the list is asked for. dockerd says `die`, `pause` and `unpause` before it
 * updates what it lists (moby, daemon/monitor.go and pause.go), so that a list right after the event still shows the old
 * state; but it holds the container's lock meanwhile, and an inspect waits for that.
 */
export async function look({
  client,
  networkId,
  known,
  touched,
}: LookOptions): Promise<readonly Container[]> {
  const ports = new Map(known.map(({ id, exposedPorts }) => [id, exposedPorts]));
  const inspect = async (id: string): Promise<void> => {
    const exposed = await client.exposedPorts(id);
    if (exposed !== undefined) ports.set(id, ports.get(id) ?? exposed);
  };
  await inParallel(touched, inspect);
  const serving = (await client.list()).filter((container) => container.serving);
  await inParallel(
    serving.map(({ id }) => id).filter((id) => !ports.has(id)),
    inspect,
  );
  const byId = new Map(known.map((container) => [container.id, container]));
  const containers = serving.flatMap((listed) => {
    const exposedPorts = ports.get(listed.id);
    // Gone between the two calls.
    if (exposedPorts === undefined) return [];
    const before = byId.get(listed.id);
    return before?.name === listed.name ? [before] : [toContainer(listed, networkId, exposedPorts)];
  });
  return containers.length === known.length && containers.every((one, i) => one === known[i])
    ? known
    : containers;
}

function toContainer(
  { id, name, labels }: ListedContainer,
  networkId: NetworkId,
  exposedPorts: readonly number[],
): Container {
  return { id, name, networkId, labels, exposedPorts };
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) await work(next);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, queue.length) }, worker));
}
