import { join } from 'node:path';
import { askHeld, oneConnection, read } from './as-traefik.ts';
import { benchDocument } from './document.ts';
import { belowLimit, percentile, type Row, temporaryFolder } from './measure.ts';
import { type RemoteFleet, startFleet, startRouter } from './remote-fleet.ts';

const DAEMONS = 200;
const CONTAINERS = 10_000;
const CHANGES = 200;

/** How fast it follows and answers. */
export async function benchChange(): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const folder = temporaryFolder(stack);
  const fleet = await startFleet(
    { folder: join(folder, 'run'), daemons: DAEMONS, containers: CONTAINERS, tier: 'labels' },
    stack,
  );
  await startRouter(fleet, `${folder}/state`, stack);
  const change = percentile(await timeChanges(fleet), 0.95);
  const document = await benchDocument(stack);
  return [
    belowLimit({
      measure: 'change -> published, 10,000 containers on 200 daemons, p95',
      ours: change,
      limit: 20,
      unit: 'ms',
    }),
    document,
  ];
}

/** Asks as Traefik does: each answer is held until there is news. Until the answer begins, since the document is out then. */
async function timeChanges(fleet: RemoteFleet): Promise<number[]> {
  const agent = oneConnection();
  const times: number[] = [];
  await read(await askHeld(agent));
  for (let round = 0; round < CHANGES; round += 1) {
    const held = askHeld(agent);
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
