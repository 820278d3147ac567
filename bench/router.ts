import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOLD_HEADER } from '../src/core/traefik/static-config.ts';
import { connectDocker } from '../src/edges/docker.ts';
import { benchDocument } from './document.ts';
import { benchIdle } from './idle.ts';
import { percentile, type Row, timed } from './measure.ts';
import { benchMemory } from './memory.ts';
import { type RemoteFleet, ROUTER, startFleet, startRouter } from './remote-fleet.ts';

const DAEMONS = 200;
const CONTAINERS = 10_000;
const CHANGES = 200;

/** The route server with fleets of fake daemons. */
export async function benchRouter(): Promise<Row[]> {
  return [...(await benchFleet()), ...(await benchMemory()), ...(await benchIdle())];
}

/** How fast it starts, follows and answers. */
async function benchFleet(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rediacc-fleet-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const fleet = await startFleet(
    { folder: join(folder, 'run'), daemons: DAEMONS, containers: CONTAINERS },
    stack,
  );
  const callsAlone = await timeCalls(fleet);
  const coldStart = await timed(() => startRouter(fleet, `${folder}/state`, stack));
  const change = percentile(await timeChanges(fleet), 0.95);
  const document = await benchDocument(stack);
  return [
    {
      measure: 'change -> published, 10,000 containers on 200 daemons, p95',
      ours: change,
      against: { name: 'limit', value: 20 },
      unit: 'ms',
      goal: 'below the limit',
      ok: change <= 20,
    },
    {
      measure: 'cold start -> first document, the same fleet',
      ours: coldStart,
      against: { name: 'its list and inspect calls alone', value: callsAlone },
      unit: 'ms',
      goal: 'at most 1.5 times',
      ok: coldStart <= 1.5 * callsAlone,
    },
    document,
  ];
}

/** What any client must at least do: a list of each daemon, and an inspect of each container. */
function timeCalls({ sockets }: RemoteFleet): Promise<number> {
  return timed(() =>
    Promise.all(
      sockets.map(async (socket) => {
        const client = connectDocker(socket, 60_000);
        for (const { id } of await client.list()) await client.ports(id);
      }),
    ),
  );
}

/** Asks as Traefik does: each answer is held until there is news. Until the answer begins, since the document is out then. */
async function timeChanges(fleet: RemoteFleet): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  await read(await ask(agent));
  for (let round = 0; round < CHANGES; round += 1) {
    const held = ask(agent);
    // The held request must be there first; and each change is one after quiet.
    await new Promise((resolve) => setTimeout(resolve, 150));
    const begin = performance.now();
    const changed = fleet.change(round * 7);
    const response = await held;
    times.push(performance.now() - begin);
    const { router, isThere } = await changed;
    if ((await read(response)).includes(router) !== isThere) {
      throw new Error(`the document is not right about ${router}`);
    }
  }
  agent.destroy();
  return times;
}

async function ask(agent: Agent): Promise<IncomingMessage> {
  const sent = request({ ...ROUTER, path: '/traefik.yaml', agent, headers: { [HOLD_HEADER]: '1' } }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

async function read(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks);
}
