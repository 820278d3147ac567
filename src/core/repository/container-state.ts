import * as z from 'zod/mini';

/** How a container is, for people: running or not, its health, how it ended. */
export type ContainerState = {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Docker's word: `created`, `running`, `paused`, `restarting`, `exited`, `dead`. */
  readonly status: string;
  /** `starting`, `healthy`, `unhealthy`; undefined: it has no health check. */
  readonly health: string | undefined;
  readonly exitCode: number;
  /** How often Docker started it again because it had ended. */
  readonly restarts: number;
};

const inspected = z.object({
  Id: z.string(),
  Name: z.string(),
  RestartCount: z.optional(z.number()),
  State: z.object({
    Status: z.string(),
    ExitCode: z.number(),
    Health: z.nullish(z.object({ Status: z.string() })),
  }),
  Config: z.object({ Labels: z.nullish(z.record(z.string(), z.string())) }),
});

/** Of the answer to an inspect (Docker's Engine API, 1.41 to today). */
export function readContainerState(json: unknown): ContainerState {
  const { Id, Name, RestartCount = 0, State, Config } = z.parse(inspected, json);
  const health = State.Health?.Status;
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    labels: Config.Labels ?? {},
    status: State.Status,
    // Docker says 'none' where a check is switched off.
    health: health === 'none' ? undefined : health,
    exitCode: State.ExitCode,
    restarts: RestartCount,
  };
}

/** What a container is on the way to: `waiting` changes by itself, `broken` needs somebody. */
export type Progress = 'fine' | 'waiting' | 'broken';

/** Starts of a container that ends each time, until that is taken for its fault. */
const TRIES = 3;

export function progressOf({ status, health, exitCode, restarts }: ContainerState): Progress {
  if (status === 'running') {
    if (health === 'unhealthy') return 'broken';
    return health === 'starting' ? 'waiting' : 'fine';
  }
  if (status === 'restarting') return restarts < TRIES ? 'waiting' : 'broken';
  if (status === 'created') return 'waiting';
  // A task that is done.
  return status === 'exited' && exitCode === 0 ? 'fine' : 'broken';
}

/** Of one that runs again and again, also between two of its ends. */
export function isRestarting(state: ContainerState): boolean {
  return state.status === 'restarting' || (state.status === 'running' && state.restarts >= TRIES);
}
