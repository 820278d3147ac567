import { benchBursts } from './bursts.ts';
import { benchChange } from './change.ts';
import { benchColdStart } from './cold-start.ts';
import { benchIdle } from './idle.ts';
import type { Row } from './measure.ts';
import { benchMemory } from './memory.ts';
import { benchStarts } from './starts.ts';

/** The route server with real containers, and with fleets of fake daemons. */
export async function benchRouter(): Promise<Row[]> {
  return [
    ...(await benchStarts()),
    ...(await benchBursts()),
    ...(await benchColdStart()),
    ...(await benchChange()),
    ...(await benchMemory()),
    ...(await benchIdle()),
  ];
}
