import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** What the route server answers, by path. */
export type Endpoints = Readonly<
  Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void> | void>
>;

/** An endpoint that answers with JSON, made anew for each request. */
export function json(make: () => unknown): Endpoints[string] {
  return async (_, response) => {
    const body = `${JSON.stringify(await make(), null, 2)}\n`;
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  };
}

/** An HTTP server for GET requests on fixed paths. Not listening yet. */
export function createEndpointServer(endpoints: Endpoints, onBug: (error: unknown) => void): Server {
  return createServer(async (request, response) => {
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

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${message}\n`);
}
