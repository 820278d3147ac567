import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { HOLD_HEADER } from '../core/traefik/static-config.ts';
import type { Publisher, Revision } from './publisher.ts';

/** When Traefik last took the document. */
export type Fetch = { readonly at: number; readonly revision: string };

export type DocumentEndpoint = {
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly lastFetch: () => Fetch | undefined;
  /** Traefik is being stopped, which takes as long as the request that it has open: for a while nothing is held for long. */
  readonly letGo: () => void;
};

/** How long that while is, and how long a hold is meanwhile, in milliseconds. */
const HASTE = 15_000;
const HASTY_HOLD = 50;

/**
 * `GET /traefik.yaml`. Traefik's own requests carry a header by which the answer is held until there is news, so that a
 * change reaches it within milliseconds although it asks only every few seconds. Held only while the last revision written
 * in full on the same connection is the newest: a restarted Traefik, and one that missed a change between two requests,
 * get theirs at once. A hold without news ends with the same bytes; Traefik takes 204 and 304 for errors.
 *
 * @param hold the longest hold, in milliseconds
 */
export function createDocumentEndpoint(publisher: Publisher, hold: number): DocumentEndpoint {
  const written = new WeakMap<Socket, string>();
  let lastFetch: Fetch | undefined;
  let letGo = new AbortController();
  let hastyUntil = 0;

  const wait = async ({ socket }: IncomingMessage): Promise<void> => {
    if (written.get(socket) !== publisher.peek()?.id) return;
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    socket.once('close', leave);
    const longest = AbortSignal.timeout(Date.now() < hastyUntil ? HASTY_HOLD : hold);
    await publisher.changed(AbortSignal.any([longest, gone.signal, letGo.signal]));
    socket.removeListener('close', leave);
  };
  return {
    lastFetch: () => lastFetch,
    letGo: () => {
      hastyUntil = Date.now() + HASTE;
      letGo.abort();
      letGo = new AbortController();
    },
    answer: async (request, response) => {
      const isTraefik = request.headers[HOLD_HEADER.toLowerCase()] !== undefined;
      if (isTraefik && publisher.peek() !== undefined) await wait(request);
      const revision = await publisher.current();
      if (isTraefik) {
        response.on('finish', () => {
          written.set(request.socket, revision.id);
          lastFetch = { at: Date.now(), revision: revision.id };
        });
      }
      send(response, revision);
    },
  };
}

function send(response: ServerResponse, { id, length, chunks }: Revision): void {
  response.writeHead(200, {
    'content-type': 'application/yaml',
    'content-length': length,
    'x-rediacc-revision': id,
  });
  response.cork();
  for (const chunk of chunks()) response.write(chunk);
  response.end();
  response.uncork();
}
