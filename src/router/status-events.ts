import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often it is looked for something new while somebody watches, and how long nothing may be said, in milliseconds. */
const LOOK_EVERY = 500;
const SILENCE = 15_000;
/** A watcher whose network has gone is not to have everything kept for it. */
const MOST_WAITING = 8;

/** Server-sent events (html.spec.whatwg.org/multipage/server-sent-events.html): the whole status, whenever it is another. */
export class StatusEvents {
  readonly #make: () => Promise<string>;
  readonly #watchers = new Set<ServerResponse>();
  #last = '';
  #isRunning = false;

  /** @param make the status, as JSON in one line */
  constructor(make: () => Promise<string>) {
    this.#make = make;
  }

  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    if (request.method === 'HEAD') return void response.end();
    response.on('close', () => this.#watchers.delete(response));
    response.on('error', () => this.#watchers.delete(response));
    if (this.#last !== '' && this.#isRunning) response.write(`data: ${this.#last}\n\n`);
    else response.write(': hello\n\n');
    this.#watchers.add(response);
    if (!this.#isRunning) void this.#run();
  };

  /** Costs nothing while nobody watches. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    this.#last = '';
    let saidAt = performance.now();
    while (this.#watchers.size > 0) {
      const now = await this.#make().catch(() => this.#last);
      const isNew = now !== this.#last;
      if (isNew || performance.now() - saidAt > SILENCE) {
        this.#send(isNew ? `data: ${now}\n\n` : ': still here\n\n', now.length);
        saidAt = performance.now();
      }
      this.#last = now;
      await sleep(LOOK_EVERY, undefined, { ref: false });
    }
    this.#isRunning = false;
  }

  #send(text: string, length: number): void {
    for (const one of this.#watchers) {
      if (one.writableLength > MOST_WAITING * (length + 1)) one.destroy();
      else one.write(text);
    }
  }
}
