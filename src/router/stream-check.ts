import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerEvent } from '../core/repository/docker-api.ts';
import type { DockerClient } from '../edges/docker.ts';

/** How often daemons are asked whether their streams have told everything, in milliseconds. */
const CHECK = 15_000;
/** How much a stream may be late, in milliseconds. */
const LATE = 2_000;
/** In what time all daemons are asked, in milliseconds. */
const SPREAD = 100;

export type StreamCheckOptions = {
  readonly client: DockerClient;
  /** When what the stream tells begins, in seconds since 1970. */
  readonly since: number;
  /** The daemon has answered, and nothing was missed. */
  readonly onAnswer: () => void;
};

/**
 * Notices an event stream that has gone deaf without ending, and a daemon that hangs: it is asked for the events of the time
 * that is over, which must be among those heard. That is cheaper than a list, and an answer at all is a sign of life.
 */
export class StreamCheck {
  readonly #options: StreamCheckOptions;
  #since: number;
  /** What the stream has told since the last check: when, by what key. */
  readonly #heard = new Map<string, number>();

  constructor(options: StreamCheckOptions) {
    this.#options = options;
    this.#since = options.since;
  }

  hear({ key, at }: ContainerEvent): void {
    this.#heard.set(key, at);
  }

  /** @throws Error when the stream has missed something, or no answer comes */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // All daemons right after each other: waking up for each of fifty alone took twice the CPU.
      const pause = LATE + CHECK - (Date.now() % CHECK) + SPREAD * Math.random();
      await sleep(pause, undefined, { signal, ref: false }).catch(() => {});
      if (!signal.aborted) await this.#check();
    }
  }

  async #check(): Promise<void> {
    const until = (Date.now() - LATE) / 1000;
    const told = await this.#options.client.eventsBetween(this.#since, until);
    if (told.some(({ key }) => !this.#heard.has(key))) throw new Error('its event stream has gone deaf');
    for (const [key, at] of this.#heard) if (at < until * 1000) this.#heard.delete(key);
    this.#since = until;
    this.#options.onAnswer();
  }
}
