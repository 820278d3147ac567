import { Agent, type IncomingMessage, request } from 'node:http';
import {
  type ContainerDetails,
  logPath,
  readContainerDetails,
  readLog,
} from '../core/repository/container-details.ts';
import { type ContainerState, readContainerState } from '../core/repository/container-state.ts';
import {
  type ContainerEvent,
  eventsPath,
  type InspectedContainer,
  inspectPath,
  LIST_PATH,
  type ListedContainer,
  readContainerList,
  readEvent,
  readInspected,
} from '../core/repository/docker-api.ts';

/** How long a connection stays open for the next call, in milliseconds: a look at fifty containers is as many calls. */
const IDLE = 1_000;

/** A daemon's answer that no Docker daemon gives. */
export class NotDocker extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotDocker';
  }
}

/** The parts of a Docker daemon's API that routing needs. No API version is named, so each daemon speaks its own. */
export type DockerClient = {
  /** Every container, stopped ones too. */
  readonly list: () => Promise<ListedContainer[]>;
  /** Waits while the daemon changes the container. `gone`: there is none; `failed`: the daemon cannot tell. */
  readonly inspect: (id: string) => Promise<InspectedContainer | 'gone' | 'failed'>;
  /** Every container as it is now, for people. */
  readonly states: () => Promise<ContainerState[]>;
  /** The same with what tells why one does not do its work. */
  readonly details: () => Promise<ContainerDetails[]>;
  /** The last lines that a container has printed. */
  readonly lastLines: (id: string, count: number) => Promise<string[]>;
  /**
   * Calls back at every event that can change a route, until the stream ends or breaks.
   *
   * @param since seconds since 1970: events from then on that the daemon still remembers come first
   * @returns once the daemon has answered; `ended` settles with the stream
   */
  readonly watch: (since: number, onEvent: (event: ContainerEvent) => void) => Promise<EventStream>;
  /** The same events, of a time that is over, as far as the daemon remembers them. Times are seconds since 1970. */
  readonly eventsBetween: (since: number, until: number) => Promise<ContainerEvent[]>;
};

export type EventStream = { readonly ended: Promise<void>; readonly close: () => void };

/** @param timeout in milliseconds, for an answer to begin and end; event streams only have to begin in it */
export function connectDocker(socketPath: string, timeout: number): DockerClient {
  const daemon: Daemon = { socketPath, timeout };
  const agent = new Agent({ keepAlive: true, timeout: IDLE });
  const getJson = async (path: string): Promise<{ status: number; body: unknown }> => {
    const response = await open({ ...daemon, agent }, path);
    const status = response.statusCode ?? 0;
    return { status, body: parseJson(String(await collect(response, timeout))) };
  };
  const inspectAll = async <T>(read: (json: unknown) => T): Promise<T[]> => {
    const listed = parse(readContainerList, expectOk(await getJson(LIST_PATH)));
    const answers = await Promise.all(listed.map(({ id }) => getJson(inspectPath(id))));
    return answers.flatMap(({ status, body }) => (status === 200 ? parse(read, body) : []));
  };
  return {
    list: async () => parse(readContainerList, expectOk(await getJson(LIST_PATH))),
    inspect: async (id) => {
      const { status, body } = await getJson(inspectPath(id));
      if (status === 200) return parse(readInspected, body);
      return status === 404 ? 'gone' : 'failed';
    },
    states: () => inspectAll(readContainerState),
    details: () => inspectAll(readContainerDetails),
    lastLines: async (id, count) => {
      const response = await open({ ...daemon, agent }, logPath(id, count));
      const bytes = await collect(response, timeout);
      return response.statusCode === 200 ? readLog(bytes) : [];
    },
    watch: (since, onEvent) => watchEvents(daemon, since, onEvent),
    eventsBetween: async (since, until) => {
      const response = await open(daemon, eventsPath(since, until));
      const lines = String(await collect(response, timeout))
        .split('\n')
        .filter((line) => line !== '');
      return lines.map((line) => parse(readEvent, parseJson(line)));
    },
  };
}

/** A daemon, and the connections to it that may be used again. */
type Daemon = { readonly socketPath: string; readonly timeout: number; readonly agent?: Agent };

function open({ socketPath, timeout, agent }: Daemon, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath, path, agent: agent ?? false, headers: { host: 'docker' } },
      (response) => {
        clearTimeout(timer);
        resolve(response);
      },
    );
    const timer = setTimeout(() => sent.destroy(new Error(`no answer in ${timeout} ms`)), timeout);
    sent.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(error.code?.startsWith('HPE_') ? new NotDocker('it does not speak HTTP') : error);
    });
    sent.end();
  });
}

async function collect(response: IncomingMessage, timeout: number): Promise<Buffer> {
  const timer = setTimeout(() => response.destroy(new Error(`no whole answer in ${timeout} ms`)), timeout);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotDocker('its answer is not JSON');
  }
}

function expectOk({ status, body }: { status: number; body: unknown }): unknown {
  if (status === 200) return body;
  const { message } = (body ?? {}) as { message?: string };
  throw new Error(`it answers ${status}${message === undefined ? '' : `: ${message}`}`);
}

function parse<T>(read: (json: unknown) => T, json: unknown): T {
  try {
    return read(json);
  } catch {
    throw new NotDocker("its answer is not that of Docker's API");
  }
}

async function watchEvents(
  daemon: Daemon,
  since: number,
  onEvent: (event: ContainerEvent) => void,
): Promise<EventStream> {
  const response = await open(daemon, eventsPath(since));
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error(`it answers ${response.statusCode} to a request for events`);
  }
  onLine(response, (line) => {
    try {
      onEvent(readEvent(parseJson(line)));
    } catch {
      response.destroy();
    }
  });
  // A broken stream is an ended one: whoever watches connects again and looks at everything anew.
  response.on('error', () => {});
  // Not the end of the data: there is none when the response is destroyed.
  const ended = new Promise<void>((resolve) => response.once('close', resolve));
  return { ended, close: () => response.destroy() };
}

/** Calls back at every line that is not empty. Without node:readline, which takes 8 KB more for each of hundreds of streams. */
function onLine(response: IncomingMessage, each: (line: string) => void): void {
  let begun = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const lines = `${begun}${chunk}`.split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) if (line !== '') each(line);
  });
}
