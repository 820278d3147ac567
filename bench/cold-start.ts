import { join } from 'node:path';
import { get } from '../src/edges/http.ts';
import { run } from '../src/edges/process.ts';
import type { Order } from './fleet.ts';
import { interleaved, median, type Row, temporaryFolder, timed } from './measure.ts';
import { type RemoteFleet, ROUTER, startFleet, startRouter } from './remote-fleet.ts';

const DAEMONS = 200;
const CONTAINERS = 10_000;
const ROUNDS = 5;
const FLEETS: readonly { tier: Order['tier']; said: string; allowed: number }[] = [
  { tier: 'labels', said: 'whose labels name their ports', allowed: 1.5 },
  // All that the other side does, and then the routes.
  { tier: 'auto', said: 'with auto-routes, each inspected for its port', allowed: 2.5 },
];

/** From the start of the program to the end of its first document, with nothing saved. */
export async function benchColdStart(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { tier, said, allowed } of FLEETS) {
    await using stack = new AsyncDisposableStack();
    const order = { folder: temporaryFolder(stack), daemons: DAEMONS, containers: CONTAINERS, tier };
    const fleet = await startFleet(order, stack);
    const samples = await interleaved(
      ROUNDS,
      () => timeStart(fleet),
      () => timeCalls(fleet),
    );
    const [ours, callsAlone] = [median(samples.ours), median(samples.theirs)];
    rows.push({
      measure: `cold start -> first document, 10,000 containers ${said}, median of ${ROUNDS}`,
      ours,
      against: { name: 'list and inspect calls alone', value: callsAlone },
      unit: 'ms',
      goal: `at most ${allowed} times`,
      ok: ours <= allowed * callsAlone,
    });
  }
  return rows;
}

async function timeStart(fleet: RemoteFleet): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const folder = temporaryFolder(stack);
  const time = await timed(() => startRouter(fleet, join(folder, 'state'), stack));
  const { body } = await get(ROUTER, '/traefik.yaml', 10_000);
  if (body.match(/rule: /g)?.length !== CONTAINERS) throw new Error('the first document is not complete');
  return time;
}

/** A list of each daemon, and an inspect of each container. */
async function timeCalls({ sockets }: RemoteFleet): Promise<number> {
  const program = join(import.meta.dirname, 'calls-process.ts');
  return Number((await run([process.execPath, program, ...sockets])).stdout);
}
