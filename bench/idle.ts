import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askHeld, oneConnection, read } from './as-traefik.ts';
import { belowLimit, type Row, temporaryFolder } from './measure.ts';
import { startFleet, startRouter } from './remote-fleet.ts';

const DAEMONS = 50;
const CONTAINERS = 2_500;
/** In milliseconds. */
const SETTLE = 5_000;
const WATCHED = 60_000;
/** Of the clock that /proc counts in, on Linux for all programs (sysconf(3), _SC_CLK_TCK). */
const TICKS_A_SECOND = 100;

/** What nothing costs: daemons that are quiet, and Traefik, whose held requests end every five seconds. */
export async function benchIdle(): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const folder = temporaryFolder(stack);
  const order = {
    folder: join(folder, 'run'),
    daemons: DAEMONS,
    containers: CONTAINERS,
    tier: 'labels',
  } as const;
  const router = await startRouter(await startFleet(order, stack), join(folder, 'state'), stack);
  const agent = oneConnection();
  stack.defer(() => agent.destroy());
  const poll = async (): Promise<void> => {
    for (;;) await read(await askHeld(agent));
  };
  // Until its connection is destroyed.
  poll().catch(() => {});
  await sleep(SETTLE);
  const before = cpuSeconds(router.pid);
  await sleep(WATCHED);
  const share = ((cpuSeconds(router.pid) - before) * 1000 * 100) / WATCHED;
  return [
    belowLimit({
      measure: 'CPU at idle, 2,500 containers on 50 daemons, over 60 s',
      ours: share,
      limit: 0.5,
      unit: '% of a core',
    }),
  ];
}

/** utime and stime of proc_pid_stat(5), which follow the name in parentheses. */
function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}
