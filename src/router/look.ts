import { allowsNonRunning, type Container } from '../core/labels/container.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import type { DockerClient } from '../edges/docker.ts';

/** Inspect calls that one daemon gets at a time. */
const PARALLEL = 2;

export type LookOptions = {
  readonly client: DockerClient;
  readonly networkId: NetworkId;
  /** What the last look found. */
  readonly known: readonly Container[];
  /** Ids of containers that events have told of since. */
  readonly touched: readonly string[];
};

/**
 * The containers of a daemon that matter to routes: one list call, and an inspect for each container never seen or touched.
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
  const ports = new Map(known.map(({ id, ports }) => [id, ports]));
  const inspect = async (id: string): Promise<void> => {
    const exposed = await client.ports(id);
    if (exposed !== undefined) ports.set(id, ports.get(id) ?? exposed);
  };
  await inParallel(touched, inspect);
  const wanted = (await client.list()).filter(({ serving, labels }) => serving || allowsNonRunning(labels));
  await inParallel(
    wanted.map(({ id }) => id).filter((id) => !ports.has(id)),
    inspect,
  );
  const byId = new Map(known.map((container) => [container.id, container]));
  const containers = wanted.flatMap((listed) => {
    const exposed = ports.get(listed.id);
    // Gone between the two calls.
    if (exposed === undefined) return [];
    const before = byId.get(listed.id);
    const isSame = before?.name === listed.name && before.serving === listed.serving;
    return isSame ? [before] : [{ ...listed, networkId, ports: exposed }];
  });
  return containers.length === known.length && containers.every((one, i) => one === known[i])
    ? known
    : containers;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) await work(next);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, queue.length) }, worker));
}
