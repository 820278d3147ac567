import type { Entry } from '../core/entry.ts';
import { doctor } from './doctor/doctor.ts';
import { explain } from './explain/explain.ts';
import { showContainerLogs } from './logs.ts';
import { listContainers } from './ps.ts';
import type { Call, Verb } from './verb.ts';

/** Questions about a machine, a server or one with a `renet local`. */
export const QUESTIONS: Readonly<Record<string, Verb>> = {
  explain: answerWhy,
  doctor: examine,
  ps: ({ options: { json }, runDir }, { print }) =>
    listContainers({ runDir, print, ...(json ? { json } : {}) }),
  logs: ({ operands, options: { follow, lines = '' }, runDir }, { environment, print }) =>
    showContainerLogs(operands, { runDir, lines, environment, print, ...(follow ? { follow } : {}) }),
};

async function answerWhy(
  { operands: [what = ''], options: { json }, runDir }: Call,
  { print, endWith }: Entry,
): Promise<void> {
  const isReachable = await explain(what, { runDir, print, ...(json ? { json } : {}) });
  endWith(isReachable ? 0 : 1);
}

async function examine(
  { options: { json, strict }, runDir }: Call,
  { version, print, endWith }: Entry,
): Promise<void> {
  const isWell = await doctor({
    version,
    runDir,
    print,
    ...(json ? { json } : {}),
    ...(strict ? { strict } : {}),
  });
  endWith(isWell ? 0 : 1);
}
