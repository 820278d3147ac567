import { setTimeout as sleep } from 'node:timers/promises';
import { allowsNonRunning, type Container } from '../core/labels/container.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import type { ContainerEvent } from '../core/repository/docker-api.ts';
import { type DockerClient, type EventStream, NotDocker } from '../edges/docker.ts';
import { coalesce } from './coalesce.ts';
import { lookAgain, lookAtAll } from './look.ts';
import { StreamCheck } from './stream-check.ts';

/** What is known of one daemon. A daemon that does not answer keeps the containers that it had. */
export type DaemonView = {
  readonly networkId: NetworkId;
  readonly socket: string;
  readonly state: 'connecting' | 'up' | 'unreachable' | 'not-docker';
  /** Why it is not up. */
  readonly reason?: string;
  /** When it last answered, in milliseconds since 1970. */
  readonly lastAnswer?: number;
  /** Containers that may get requests. The same array for as long as nothing changed. */
  readonly containers: readonly Container[];
  /** When the first container started that is new in these, in milliseconds since 1970, if an event told of it. */
  readonly startedAt?: number;
};

export type DaemonOptions = {
  readonly networkId: NetworkId;
  readonly socket: string;
  readonly client: DockerClient;
  /** How long the containers of a daemon that does not answer stay, in milliseconds. */
  readonly grace: number;
  /** What was known of its containers before this start. It counts until the daemon answers, or for the grace period. */
  readonly saved: readonly Container[];
  readonly onEvent: () => void;
  readonly onChange: (view: DaemonView) => void;
};

/** How long after a look at single containers all are listed, in milliseconds. */
const LIST_AFTER = 1_000;
const FIRST_RETRY = 100;
const LONGEST_RETRY = 5_000;

/**
 * Watches one daemon. Its event stream says at which containers to look, which is fast; and once it has told something all are
 * listed again, which is right even if it has told too little. Independent of every other daemon.
 */
export class DaemonWatch {
  readonly #options: DaemonOptions;
  #view: DaemonView;
  /** Whether the next look is at all containers. */
  #isListDue = true;
  #listSoon: NodeJS.Timeout | undefined;
  /** Ids of containers that the stream has told of since the last look. */
  readonly #touched = new Set<string>();
  #startedAt: number | undefined;
  #stream: EventStream | undefined;
  #forget: NodeJS.Timeout | undefined;
  #retry = new AbortController();
  #closed = false;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#view = {
      networkId: options.networkId,
      socket: options.socket,
      state: 'connecting',
      containers: options.saved,
    };
    void this.#run();
  }

  view(): DaemonView {
    return this.#view;
  }

  /** Tries again at once: something happened to the socket. */
  retry(): void {
    this.#retry.abort();
    this.#retry = new AbortController();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#forget);
    this.#retry.abort();
    this.#stream?.close();
  }

  async #run(): Promise<void> {
    let pause = FIRST_RETRY;
    while (!this.#closed) {
      const before = this.#view.lastAnswer;
      await this.#follow().catch((error) => this.#fail(error));
      pause = this.#view.lastAnswer === before ? Math.min(pause * 2, LONGEST_RETRY) : FIRST_RETRY;
      await sleep(pause, undefined, { signal: this.#retry.signal }).catch(() => {});
    }
  }

  /** Watches first and looks then, so that nothing can happen in between. */
  async #follow(): Promise<void> {
    const opened = Date.now();
    const since = Math.floor(opened / 1000) - 1;
    this.#isListDue = true;
    const { client } = this.#options;
    const onAnswer = (): void => {
      this.#view = { ...this.#view, lastAnswer: Date.now() };
    };
    const check = new StreamCheck({ client, since, onAnswer });
    const stream = await client.watch(since, (event) => {
      check.hear(event);
      if (!canChangeRoutes(event)) return;
      this.#options.onEvent();
      this.#touched.add(event.id);
      if (event.action === 'start' && event.at >= opened) this.#startedAt ??= event.at;
      this.#look().catch(() => stream.close());
    });
    this.#stream = stream;
    const checking = new AbortController();
    try {
      if (this.#closed) return;
      await this.#look();
      await Promise.race([stream.ended, check.run(checking.signal)]);
    } finally {
      checking.abort();
      clearTimeout(this.#listSoon);
      this.#listSoon = undefined;
      stream.close();
    }
    throw new Error('it closed its event stream');
  }

  readonly #look = coalesce(async () => {
    const { client, networkId, socket } = this.#options;
    const isListDue = this.#isListDue;
    this.#isListDue = false;
    const touched = [...this.#touched];
    this.#touched.clear();
    const startedAt = this.#startedAt;
    this.#startedAt = undefined;
    const looked = { client, networkId, known: this.#view.containers };
    const known = isListDue ? await lookAtAll(looked) : looked.known;
    const containers = await lookAgain({ ...looked, known }, touched);
    if (!isListDue) this.#listSoon ??= setTimeout(() => this.listAll(), LIST_AFTER).unref();
    clearTimeout(this.#forget);
    this.#forget = undefined;
    const view = { networkId, socket, state: 'up', lastAnswer: Date.now(), containers } as const;
    const { state, containers: shown } = this.#view;
    if (state === 'up' && containers === shown) this.#view = view;
    else this.#update({ ...view, ...(startedAt === undefined ? {} : { startedAt }) });
  });

  /** Lists all containers again, where the daemon answers. */
  listAll(): void {
    clearTimeout(this.#listSoon);
    this.#listSoon = undefined;
    this.#isListDue = true;
    this.#look().catch(() => this.#stream?.close());
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#update({ ...this.#view, state: error instanceof NotDocker ? 'not-docker' : 'unreachable', reason });
    this.#forget ??= setTimeout(() => this.#update({ ...this.#view, containers: [] }), this.#options.grace);
  }

  #update(view: DaemonView): void {
    if (this.#closed) return;
    this.#view = view;
    this.#options.onChange(view);
  }
}

/** Of a container that was only created there is nothing to route, unless it wants that. */
function canChangeRoutes({ action, attributes }: ContainerEvent): boolean {
  return action !== 'create' || allowsNonRunning(attributes);
}
