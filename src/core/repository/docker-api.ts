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
  Id: z.string(),
  Name: z.string(),
  State: z.object({ Status: z.string(), Health: z.nullish(z.object({ Status: z.string() })) }),
  Config: z.object({ Labels: z.nullish(z.record(z.string(), z.string())), ExposedPorts: portSet }),
  NetworkSettings: z.nullish(z.object({ Ports: portSet })),
});
const dockerEvent = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.nullish(z.record(z.string(), z.string())) }),
  timeNano: z.number(),
});

export type ListedContainer = {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Running, and neither starting nor unhealthy: whether it may get requests. */
  readonly serving: boolean;
};

export type InspectedContainer = ListedContainer & { readonly ports: Ports };

export function readContainerList(json: unknown): ListedContainer[] {
  return z.parse(z.array(listedContainer), json).map(({ Id, Names, Labels, State, Status }) => ({
    id: Id,
    name: plainName(Names[0] ?? Id.slice(0, 12)),
    labels: Labels ?? {},
    serving: State === 'running' && !/\((health: starting|unhealthy)\)/.test(Status ?? ''),
  }));
}

/** Docker writes a slash before it. */
const plainName = (name: string): string => name.replace(/^\//, '');

export function readInspected(json: unknown): InspectedContainer {
  const { Id, Name, State, Config, NetworkSettings } = z.parse(inspectedContainer, json);
  return {
    id: Id,
    name: plainName(Name),
    labels: Config.Labels ?? {},
    serving: State.Status === 'running' && !/^(starting|unhealthy)$/.test(State.Health?.Status ?? ''),
    ports: exposedPorts(NetworkSettings?.Ports ?? {}, Config.ExposedPorts ?? {}),
  };
}

type PortSet = Readonly<Record<string, unknown>>;

/**
 * Ascending. A container on a network of Docker's also says its ports in its network settings, where Traefik's provider reads
 * them, all protocols alike; one on the host's network has them only in its image.
 */
function exposedPorts(ofNetwork: PortSet, ofImage: PortSet): Ports {
  const networked = portsOf(ofNetwork);
  if (networked.length > 0) return { tcp: numbers(networked), udp: numbers(networked) };
  const exposed = portsOf(ofImage);
  const only = (wanted: string) => numbers(exposed.filter(({ protocol }) => protocol === wanted));
  return { tcp: only('tcp'), udp: only('udp') };
}

type Port = { readonly number: number; readonly protocol: string };

/** Compose writes `80` where Docker writes `80/tcp`, and a range as `8000-8010`. */
function portsOf(set: PortSet): Port[] {
  return Object.keys(set).flatMap((key) => {
    const [, first, last = first, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(key) ?? [];
    const from = Number(first);
    return Array.from({ length: Number(last) - from + 1 }, (_, i) => ({ number: from + i, protocol }));
  });
}

function numbers(ports: readonly Port[]): number[] {
  return [...new Set(ports.map(({ number }) => number))].sort((a, b) => a - b);
}

/** Every container, stopped ones too. */
export const LIST_PATH = '/containers/json?all=1';

export const inspectPath = (id: string): string => `/containers/${id}/json`;

/** The events after which a container may have to be routed otherwise; times are seconds since 1970, and without an end they go on. */
export function eventsPath(since: number, until?: number): string {
  const filters = encodeURIComponent(JSON.stringify({ type: ['container'], event: ROUTING_EVENTS }));
  return `/events?since=${since}${until === undefined ? '' : `&until=${until}`}&filters=${filters}`;
}

const ROUTING_EVENTS = [
  'create',
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
  /** The container's labels, with a few words of Docker's among them. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The same each time that the daemon tells of it. */
  readonly key: string;
  /** In milliseconds since 1970, by the daemon's clock. */
  readonly at: number;
};

export function readEvent(json: unknown): ContainerEvent {
  const { Action, Actor, timeNano } = z.parse(dockerEvent, json);
  return {
    id: Actor.ID,
    action: Action,
    attributes: Actor.Attributes ?? {},
    key: `${timeNano} ${Action} ${Actor.ID}`,
    at: timeNano / 1_000_000,
  };
}
