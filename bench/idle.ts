import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HOLD_HEADER } from '../src/core/traefik/static-config.ts';
import type { Row } from './measure.ts';
import { ROUTER, startFleet, startRouter } from './remote-fleet.ts';

const DAEMONS = 50;
const CONTAINERS = 2_500;
/** In milliseconds. */
const SETTLE = 5_000;
const WATCHED = 60_000;
/** Of the clock that /proc counts in, on Linux for all programs (sysconf(3), _SC_CLK_TCK). */
const TICKS_A_SECOND = 100;

/** What nothing costs: daemons that are quiet, and Traefik, whose held requests end every five seconds. */
export async function benchIdle(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rediacc-idle-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const order = { folder: join(folder, 'run'), daemons: DAEMONS, containers: CONTAINERS };
  const router = await startRouter(await startFleet(order, stack), join(folder, 'state'), stack);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  stack.defer(() => agent.destroy());
  const poll = (): void => {
    const options = { ...ROUTER, path: '/traefik.yaml', agent, headers: { [HOLD_HEADER]: '1' } };
    get(options, (response) => response.resume().on('end', poll)).on('error', () => {});
  };
  poll();
  await sleep(SETTLE);
  const before = cpuSeconds(router.pid);
  await sleep(WATCHED);
  const share = ((cpuSeconds(router.pid) - before) * 1000 * 100) / WATCHED;
  return [
    {
      measure: 'CPU at idle, 2,500 containers on 50 daemons, over 60 s',
      ours: share,
      against: { name: 'limit', value: 0.5 },
      unit: '% of a core',
      goal: 'below the limit',
      ok: share < 0.5,
    },
  ];
}

/** utime and stime of proc_pid_stat(5), which follow the name in parentheses. */
function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}
