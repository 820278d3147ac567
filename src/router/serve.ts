import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** What the route server answers, by path. */
export type Endpoints = Readonly<Record<string, Endpoint>>;
type Endpoint = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** An endpoint that answers with JSON, made anew for each request. */
export function json(make: () => unknown): Endpoint {
  return async (_, response) => sendJson(response, 200, await make());
}

/** The same with text of a type. */
export function text(make: () => Promise<{ readonly type: string; readonly text: string }>): Endpoint {
  return async (_, response) => {
    const made = await make();
    send(response, { status: 200, type: made.type, body: made.text });
  };
}

/** Always 200, what matters is in the body; but for who asks with `?strict`, to whom all that is not well is a 503. */
export function healthEndpoint(make: () => Promise<Readonly<Record<string, unknown>>>): Endpoint {
  return async (request, response) => {
    const health = await make();
    const isStrict = new URL(request.url ?? '', 'http://localhost').searchParams.has('strict');
    sendJson(response, isStrict && health['status'] !== 'ok' ? 503 : 200, health);
  };
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, { status, type: 'application/json', body: `${JSON.stringify(value, null, 2)}\n` });
}

type Answer = { readonly status: number; readonly type: string; readonly body: string };

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** An HTTP server for GET requests on fixed paths. Not listening yet. */
export function createEndpointServer(endpoints: Endpoints, onBug: (error: unknown) => void): Server {
  return createServer(async (request, response) => {
    // Somebody else's page may have a name that leads here (DNS rebinding), and would read what this says.
    if (!isOwnName(request.headers.host)) return refuse(response, 403, 'ask by an address, or by localhost');
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'only GET');
    if (endpoint === undefined) return refuse(response, 404, `there is ${Object.keys(endpoints).join(', ')}`);
    try {
      await endpoint(request, response);
    } catch (error) {
      onBug(error);
      if (!response.headersSent) refuse(response, 500, 'a bug of the route server: see its log');
    }
  });
}

/** A host that no name server has a say in: an address, or localhost. Programs on this machine may name none. */
function isOwnName(host = 'localhost'): boolean {
  const name = URL.parse(`http://${host}`)?.hostname ?? '';
  return name === 'localhost' || name.endsWith('.localhost') || /^\[.*\]$|^[\d.]+$/.test(name);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  send(response, { status, type: 'text/plain', body: `${message}\n` });
}
