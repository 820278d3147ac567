import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from '../src/edges/http.ts';
import { until } from '../test/live/lab.ts';
import { interleaved, median, percentile, type Row, temporaryFolder, timed } from './measure.ts';
import { ROUTER, spawnFor } from './remote-fleet.ts';

const BARE = { host: '127.0.0.1', port: 7112 } as const;
const ROUNDS = 5;
/** In a round, at 20 a second. */
const REQUESTS = 60;
const PAUSE = 50;

/** `GET /traefik.yaml` when nothing has changed, against a server that does nothing but send the same bytes. */
export async function benchDocument(stack: AsyncDisposableStack): Promise<Row> {
  const file = join(temporaryFolder(stack), 'traefik.yaml');
  writeFileSync(file, (await get(ROUTER, '/traefik.yaml', 10_000)).body);
  spawnFor([process.execPath, join(import.meta.dirname, 'bare-server.ts'), file, String(BARE.port)], stack);
  await until('the bare server answers', () =>
    get(BARE, '/', 1_000).then(
      () => true,
      () => false,
    ),
  );
  const p95 = async (destination: typeof ROUTER | typeof BARE): Promise<number> => {
    const times: number[] = [];
    for (let sent = 0; sent < REQUESTS; sent += 1) {
      times.push(await timed(() => get(destination, '/traefik.yaml', 10_000)));
      await sleep(PAUSE - Math.min(PAUSE, times.at(-1) ?? 0));
    }
    return percentile(times, 0.95);
  };
  const samples = await interleaved(
    ROUNDS,
    () => p95(ROUTER),
    () => p95(BARE),
  );
  const [ours, bare] = [median(samples.ours), median(samples.theirs)];
  return {
    measure: 'GET /traefik.yaml, unchanged, 10,000 containers, 20 a second, median p95',
    ours,
    against: { name: 'bare Node server, same bytes', value: bare },
    unit: 'ms',
    goal: 'at most 1.5 times',
    ok: ours <= 1.5 * bare,
  };
}
