import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { renderStaticConfig, webEntryPoints } from '../src/core/traefik/static-config.ts';
import { get } from '../src/edges/http.ts';
import { collectGarbage } from '../test/live/inspector.ts';
import { until } from '../test/live/lab.ts';
import { type Row, temporaryFolder } from './measure.ts';
import { spawnFor, startFleet, startRouter } from './remote-fleet.ts';

const SIZES = [
  { containers: 1_000, share: 1, goal: 'at most equal' },
  { containers: 10_000, share: 0.5, goal: 'at most half' },
] as const;
const PER_DAEMON = 50;
const API = { host: '127.0.0.1', port: 8099 } as const;
/** After a collection Go gives memory back in its own time, in milliseconds. */
const GO_SETTLES = 5_000;
const COLLECTIONS = 3;

/** The route server's memory beside that of the Traefik which has the same routes from it, both after garbage collection. */
export async function benchMemory(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { containers, share, goal } of SIZES) {
    const { ours, theirs } = await measure(containers);
    rows.push({
      measure: `memory (PSS), ${containers.toLocaleString('en')} containers`,
      ours,
      against: { name: 'Traefik with the same routes', value: theirs },
      unit: 'MB',
      goal,
      ok: ours <= share * theirs,
    });
  }
  return rows;
}

async function measure(containers: number): Promise<{ ours: number; theirs: number }> {
  await using stack = new AsyncDisposableStack();
  const folder = temporaryFolder(stack);
  // As after the start of a machine: of a program that was just written more pages are mapped than it uses.
  execFileSync('sh', ['-c', 'sync; echo 1 >/proc/sys/vm/drop_caches']);
  const order = {
    folder: join(folder, 'run'),
    daemons: containers / PER_DAEMON,
    containers,
    tier: 'labels',
  } as const;
  const router = await startRouter(await startFleet(order, stack), join(folder, 'state'), stack);
  const traefik = await startTraefik(folder, containers, stack);
  await collectGarbage(router.pid ?? 0);
  for (let round = 0; round < COLLECTIONS; round += 1) {
    const { status } = await get(API, '/debug/pprof/heap?gc=1', 30_000);
    if (status !== 200) throw new Error(`Traefik's profiler answers ${status}`);
    await sleep(GO_SETTLES);
  }
  await collectGarbage(router.pid ?? 0);
  return { ours: pss(router.pid), theirs: pss(traefik) };
}

async function startTraefik(
  folder: string,
  routers: number,
  stack: AsyncDisposableStack,
): Promise<number | undefined> {
  const config = join(folder, 'traefik.yml');
  const settings = renderStaticConfig({
    entryPoints: webEntryPoints('127.0.0.1', 8080, 8443),
    api: `${API.host}:${API.port}`,
    routeServer: '127.0.0.1:7111',
  });
  // Its profiler can be told to collect garbage.
  writeFileSync(config, settings.replace('insecure: true', 'insecure: true\n  debug: true'));
  const { pid } = spawnFor(['traefik', `--configFile=${config}`], stack);
  await until('Traefik has the routes', async () => {
    const overview = await get(API, '/api/overview', 5_000).catch(() => undefined);
    return Number(/"total":(\d+)/.exec(overview?.body ?? '')?.[1] ?? 0) >= routers;
  });
  return pid;
}

/** In MB. */
function pss(pid: number | undefined): number {
  const [, kilobytes] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return Number(kilobytes) / 1000;
}
