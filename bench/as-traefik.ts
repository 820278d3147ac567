import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { HOLD_HEADER } from '../src/core/traefik/static-config.ts';
import { ROUTER } from './remote-fleet.ts';

/** One connection for all requests, as Traefik has. */
export function oneConnection(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 });
}

/** A request as Traefik sends it: its answer is held until there is news. */
export async function askHeld(agent: Agent): Promise<IncomingMessage> {
  const sent = request({ ...ROUTER, path: '/traefik.yaml', agent, headers: { [HOLD_HEADER]: '1' } }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

export async function read(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks);
}
