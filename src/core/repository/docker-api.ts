import * as z from 'zod/mini';

/**
 * What is read of Docker's Engine API (docs.docker.com/reference/api/engine), versions 1.41 to today. Everything else that a
 * daemon says is passed over.
 */
const listedContainer = z.looseObject({
  Id: z.string(),
  Names: z.array(z.string()),
  Labels: z.nullish(z.record(z.string(), z.string())),
  State: z.string(),
  /** Free text with the health in it: `Up 3 minutes (unhealthy)`. */
  Status: z.string(),
});
const inspectedContainer = z.looseObject({
  Config: z.looseObject({ ExposedPorts: z.nullish(z.record(z.string(), z.unknown())) }),
});
const dockerEvent = z.looseObject({ Actor: z.looseObject({ ID: z.string() }) });

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
    serving: State === 'running' && !/\((health: starting|unhealthy)\)/.test(Status),
  }));
}

/** TCP ports, ascending. Compose writes `80` where Docker writes `80/tcp`, and a range as `8000-8010`. */
export function readExposedPorts(json: unknown): number[] {
  const exposed = z.parse(inspectedContainer, json).Config.ExposedPorts ?? {};
  const ports = Object.keys(exposed).flatMap((key) => {
    const [, first, last = first, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(key) ?? [];
    if (protocol !== 'tcp') return [];
    const from = Number(first);
    return Array.from({ length: Number(last) - from + 1 }, (_, i) => from + i);
  });
  return ports.sort((a, b) => a - b);
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

/** The id of the container that an event is about. */
export function readEventSubject(json: unknown): string {
  return z.parse(dockerEvent, json).Actor.ID;
}
