import { ROUTER_PORT } from '../core/infra/port-lists.ts';
import { Failure } from '../core/refusal.ts';
import { get } from '../edges/http.ts';

const TIMEOUT = 10_000;

/** What this server's route server says. */
export async function askRouteServer(path: string): Promise<string> {
  const from = { host: '127.0.0.1', port: ROUTER_PORT };
  const { body } = await get(from, path, TIMEOUT).catch((error: Error) => {
    throw new Failure(`the route server does not answer on 127.0.0.1:${ROUTER_PORT}`, error.message);
  });
  return body;
}
