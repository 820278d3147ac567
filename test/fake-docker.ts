import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A container as a fake daemon shows it. */
export type FakeContainer = {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Where it is on the one network that fake containers have; without one it is on the host's network. */
  readonly address?: string;
  /** Ports that its image exposes, as in `80/tcp`. */
  readonly exposed: readonly string[];
  readonly state: 'running' | 'paused' | 'exited' | 'created' | 'restarting';
  readonly health?: 'starting' | 'healthy' | 'unhealthy';
};

/**
 * The part of Docker's API that the route server and Traefik's Docker provider use, for what real daemons cannot have on one
 * machine: thousands of containers, or any label at all. `test/live/docker-contract.test.ts` holds it to real daemons.
 */
export type FakeDocker = AsyncDisposable & {
  /** Replaces all containers, and tells of each that has gone, and each that is new. The same id is the same container. */
  readonly show: (containers: readonly FakeContainer[]) => void;
  /** The same without a word, as when a daemon drops events that nobody takes in time. */
  readonly showSilently: (containers: readonly FakeContainer[]) => void;
  /** How many are being told of events. */
  readonly watchers: () => number;
};

const NETWORK = 'rediacc';

export async function createFakeDocker(socketPath: string): Promise<FakeDocker> {
  let containers: readonly FakeContainer[] = [];
  const listeners = new Set<(event: FakeEvent) => void>();
  const history: FakeEvent[] = [];
  let count = 0;
  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    const { actions, since, until } = wantedEvents(request);
    // 'health_status' asks for 'health_status: healthy' too.
    const isWanted = ({ Action }: FakeEvent): boolean =>
      actions.length === 0 || actions.includes(Action.split(':')[0] ?? '');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const event of history) {
      const isInTime = event.timeNano / 1e9 >= since && event.timeNano / 1e9 <= until;
      if (isInTime && isWanted(event)) response.write(`${JSON.stringify(event)}\n`);
    }
    if (until < Number.POSITIVE_INFINITY) return void response.end();
    const listener = (event: FakeEvent): void => {
      if (isWanted(event)) response.write(`${JSON.stringify(event)}\n`);
    };
    listeners.add(listener);
    response.on('close', () => listeners.delete(listener));
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://docker');
    const path = url.pathname.replace(/^\/v[\d.]+/, '');
    response.setHeader('api-version', '1.51');
    if (path === '/events') listen(request, response);
    else if (path === '/_ping') response.end('OK');
    else if (path === '/containers/json') reply(response, list(containers, url.searchParams.has('all')));
    else reply(response, answer(path, containers));
  });
  const tell = ({ id, name, labels }: FakeContainer, action: string): void => {
    count += 1;
    const event: FakeEvent = {
      Type: 'container',
      Action: action,
      Actor: { ID: id, Attributes: { ...labels, name } },
      timeNano: Date.now() * 1_000_000 + (count % 1_000_000),
    };
    history.push(event);
    // dockerd remembers as many.
    if (history.length > 256) history.shift();
    for (const listener of listeners) listener(event);
  };
  rmSync(socketPath, { force: true });
  server.listen(socketPath);
  await once(server, 'listening');
  chmodSync(socketPath, 0o666);
  return {
    show: (next) => {
      const [before, now] = [containers, next].map((all) => new Set(all.map(({ id }) => id)));
      const gone = containers.filter(({ id }) => !now?.has(id));
      const added = next.filter(({ id }) => !before?.has(id));
      containers = next;
      for (const one of gone) for (const action of END_ACTIONS[one.state]) tell(one, action);
      for (const one of added) {
        for (const action of START_ACTIONS[one.state]) tell(one, action);
        if (one.health === 'healthy' || one.health === 'unhealthy') tell(one, `health_status: ${one.health}`);
      }
    },
    showSilently: (next) => {
      containers = next;
    },
    watchers: () => listeners.size,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

type FakeEvent = {
  readonly Type: 'container';
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly timeNano: number;
};

type Actions = Readonly<Record<FakeContainer['state'], readonly string[]>>;

/** What dockerd tells until a container is what it is. */
const START_ACTIONS: Actions = {
  created: ['create'],
  running: ['create', 'start'],
  paused: ['create', 'start', 'pause'],
  exited: ['create', 'start', 'die'],
  restarting: ['create', 'start', 'die'],
};

/** The same when it is removed. */
const END_ACTIONS: Actions = {
  created: ['destroy'],
  running: ['die', 'destroy'],
  paused: ['die', 'destroy'],
  exited: ['destroy'],
  restarting: ['destroy'],
};

/** Docker takes actions as a list or as an object of truths, and times in seconds. Without a beginning, what is over is not told. */
function wantedEvents(request: IncomingMessage): { actions: string[]; since: number; until: number } {
  const given = new URL(request.url ?? '/', 'http://docker').searchParams;
  const { event = [] } = JSON.parse(given.get('filters') ?? '{}') as {
    event?: string[] | Record<string, boolean>;
  };
  return {
    actions: Array.isArray(event) ? event : Object.keys(event),
    since: Number(given.get('since') ?? Number.POSITIVE_INFINITY),
    until: Number(given.get('until') ?? Number.POSITIVE_INFINITY),
  };
}

function reply(response: ServerResponse, json: string | undefined): void {
  response.writeHead(json === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(json ?? '{"message":"no such thing"}');
}

function list(containers: readonly FakeContainer[], all: boolean): string {
  const shown = containers.filter(({ state }) => all || (state !== 'exited' && state !== 'created'));
  return `[${shown.map(listed).join(',')}]`;
}

function answer(path: string, containers: readonly FakeContainer[]): string | undefined {
  if (path === '/version') return '{"ApiVersion":"1.51","MinAPIVersion":"1.24","Version":"28.0.0"}';
  const [, id] = /^\/containers\/([^/]+)\/json$/.exec(path) ?? [];
  const found = containers.find((container) => container.id === id);
  return found === undefined ? undefined : JSON.stringify(inspected(found));
}

/** As text, made once: a bench measures who reads this, not who writes it. */
function listed(container: FakeContainer): string {
  const known = texts.get(container);
  if (known !== undefined) return known;
  const { id, name, labels, state, health } = container;
  const status = statusText(state, health);
  const text = JSON.stringify({ Id: id, Names: [`/${name}`], Labels: labels, State: state, Status: status });
  texts.set(container, text);
  return text;
}

const texts = new WeakMap<FakeContainer, string>();

function statusText(state: FakeContainer['state'], health: FakeContainer['health']): string {
  if (state === 'created') return 'Created';
  if (state === 'exited') return 'Exited (0) 2 minutes ago';
  if (state === 'restarting') return 'Restarting (1) 2 seconds ago';
  if (state === 'paused') return 'Up 3 minutes (Paused)';
  if (health === undefined) return 'Up 3 minutes';
  return `Up 3 minutes (${health === 'starting' ? 'health: starting' : health})`;
}

function inspected({ id, name, labels, address, exposed, state, health }: FakeContainer): unknown {
  const ports = Object.fromEntries(exposed.map((port) => [port, {}]));
  return {
    Id: id,
    Name: `/${name}`,
    State: { Status: state, ...(health === undefined ? {} : { Health: { Status: health } }) },
    Config: { Labels: labels, ExposedPorts: ports },
    HostConfig: { NetworkMode: address === undefined ? 'host' : NETWORK },
    NetworkSettings: {
      Ports: address === undefined ? {} : Object.fromEntries(exposed.map((port) => [port, null])),
      Networks:
        address === undefined
          ? { host: { NetworkID: 'host', IPAddress: '' } }
          : { [NETWORK]: { NetworkID: NETWORK, IPAddress: address } },
    },
  };
}
