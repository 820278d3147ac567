import { allowsNonRunning, type Container } from '../core/labels/container.ts';
import { needsExposedPorts } from '../core/labels/needed-ports.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import type { InspectedContainer, ListedContainer } from '../core/repository/docker-api.ts';
import type { DockerClient } from '../edges/docker.ts';

/** A daemon, and what the last look at it found. */
export type Looked = {
  readonly client: DockerClient;
  readonly networkId: NetworkId;
  readonly known: readonly Container[];
};

/**
 * All containers of a daemon that matter to routes: one list call, and an inspect for each new one whose labels leave its port
 * to its image. Containers that are known stay the same objects, and the whole stays the same array if nothing changed.
 */
export async function lookAtAll({ client, networkId, known }: Looked): Promise<readonly Container[]> {
  const wanted = (await client.list()).filter(mattersToRoutes);
  const before = new Map(known.map((container) => [container.id, container]));
  const found = new Map<string, Container>();
  for (const listed of wanted) {
    const ports = before.get(listed.id)?.ports;
    if (ports !== undefined || !needsExposedPorts(listed.labels)) {
      found.set(listed.id, { ...listed, networkId, ...(ports === undefined ? {} : { ports }) });
      continue;
    }
    const inspected = await client.inspect(listed.id);
    // One that has gone meanwhile, or is broken, must not hold up the others.
    if (typeof inspected !== 'string' && mattersToRoutes(inspected)) {
      found.set(listed.id, containerOf(inspected, networkId));
    }
  }
  return keptFrom(known, found);
}

/**
 * The same after events: only the containers that they told of are inspected. That also waits for what dockerd has not
 * finished: it says `die`, `pause` and `unpause` before it updates what it lists (moby, daemon/monitor.go and pause.go), but
 * holds the container's lock meanwhile.
 *
 * @throws Error when the daemon cannot tell of one: then all must be looked at
 */
export async function lookAgain(
  { client, networkId, known }: Looked,
  touched: readonly string[],
): Promise<readonly Container[]> {
  const found = new Map(known.map((container) => [container.id, container]));
  for (const id of touched) {
    const inspected = await client.inspect(id);
    if (inspected === 'failed') throw new Error(`it cannot inspect the container ${id.slice(0, 12)}`);
    if (inspected !== 'gone' && mattersToRoutes(inspected)) found.set(id, containerOf(inspected, networkId));
    else found.delete(id);
  }
  return keptFrom(known, found);
}

function mattersToRoutes({ serving, labels }: ListedContainer): boolean {
  return serving || allowsNonRunning(labels);
}

function containerOf({ ports, ...listed }: InspectedContainer, networkId: NetworkId): Container {
  return { ...listed, networkId, ...(needsExposedPorts(listed.labels) ? { ports } : {}) };
}

function keptFrom(known: readonly Container[], found: ReadonlyMap<string, Container>): readonly Container[] {
  const before = new Map(known.map((container) => [container.id, container]));
  const containers = [...found.values()].map((now) => {
    const then = before.get(now.id);
    const isSame =
      then?.name === now.name && then.serving === now.serving && hasPorts(then) === hasPorts(now);
    return isSame ? then : now;
  });
  return containers.length === known.length && containers.every((one) => before.get(one.id) === one)
    ? known
    : containers;
}

const hasPorts = ({ ports }: Container): boolean => ports !== undefined;
