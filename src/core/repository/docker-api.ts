import * as z from 'zod/mini';
import type { Ports } from '../network/ports.ts';

/**
 * What is read of Docker's Engine API (docs.docker.com/reference/api/engine), versions 1.41 to today. Everything else that a
 * daemon says is passed over.
 */
const listedContainer = z.object({
  Id: z.string(),
  Names: z.array(z.string()),
  Labels: z.nullish(z.record(z.string(), z.string())),
  State: z.string(),
  /** Free text with the health in it: `Up 3 minutes (unhealthy)`. Docker always has it; others that speak its API may not. */
  Status: z.nullish(z.string()),
});
const portSet = z.nullish(z.record(z.string(), z.unknown()));
const inspectedContainer = z.object({
  Config: z.object({ ExposedPorts: portSet }),
  NetworkSettings: z.nullish(z.object({ Ports: portSet })),
});
const dockerEvent = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string() }),
  timeNano: z.number(),
});

export type ListedContainer = {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Running, and neither starting nor unhealthy: whether it may get requests. */
  readonly serving: boolean;
};

export function readContainerList(json: unknown): ListedContainer[] {
  return z.parse(z.array(listedContainer), json).map(({ Id, Names, Labels, State, Status }) => ({
    id: Id,
    name: (Names[0] ?? Id.slice(0, 12)).replace(/^\//, ''),
    labels: Labels ?? {},
    serving: State === 'running' && !/\((health: starting|unhealthy)\)/.test(Status ?? ''),
  }));
}

/**
 * The ports that an inspected container exposes, ascending. One on a network of Docker's also says them in its network
 * settings, where Traefik's provider reads them, all protocols alike; one on the host's network has them only in its image.
 */
export function readPorts(json: unknown): Ports {
  const { Config, NetworkSettings } = z.parse(inspectedContainer, json);
  const networked = portsOf(NetworkSettings?.Ports ?? {});
  if (networked.length > 0) return { tcp: numbers(networked), udp: numbers(networked) };
  const exposed = portsOf(Config.ExposedPorts ?? {});
  const only = (wanted: string) => numbers(exposed.filter(({ protocol }) => protocol === wanted));
  return { tcp: only('tcp'), udp: only('udp') };
}

type Port = { readonly number: number; readonly protocol: string };

/** Compose writes `80` where Docker writes `80/tcp`, and a range as `8000-8010`. */
function portsOf(set: Readonly<Record<string, unknown>>): Port[] {
  return Object.keys(set).flatMap((key) => {
    const [, first, last = first, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(key) ?? [];
    const from = Number(first);
    return Array.from({ length: Number(last) - from + 1 }, (_, i) => ({ number: from + i, protocol }));
  });
}

function numbers(ports: readonly Port[]): number[] {
  return [...new Set(ports.map(({ number }) => number))].sort((a, b) => a - b);
}

/** The events after which a container may have to be routed otherwise. */
export const ROUTING_EVENTS = [
  'destroy',
  'die',
  'health_status',
  'pause',
  'rename',
  'start',
  'unpause',
] as const;

export type ContainerEvent = {
  /** Of the container that it is about. */
  readonly id: string;
  /** `start`, `die`, … */
  readonly action: string;
  /** The same each time that the daemon tells of it. */
  readonly key: string;
  /** In milliseconds since 1970, by the daemon's clock. */
  readonly at: number;
};

export function readEvent(json: unknown): ContainerEvent {
  const { Action, Actor, timeNano } = z.parse(dockerEvent, json);
  return { id: Actor.ID, action: Action, key: `${timeNano} ${Action} ${Actor.ID}`, at: timeNano / 1_000_000 };
}
