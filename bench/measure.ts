import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alignColumns } from '../src/core/table.ts';

/** A row of a bench: our figure beside that of a peer, or a limit, from the same run. */
export type Row = {
  readonly measure: string;
  readonly ours: number;
  readonly against: { readonly name: string; readonly value: number };
  readonly unit: string;
  /** What must hold, for a reader. */
  readonly goal: string;
  readonly ok: boolean;
};

export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** Milliseconds that a piece of work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** When something first succeeds, asking every millisecond; in milliseconds since 1970. */
export async function firstAnswer(ask: () => Promise<boolean>): Promise<number> {
  while (!(await ask().catch(() => false))) await sleep(1);
  return performance.timeOrigin + performance.now();
}

/** A figure that has to stay below a limit. */
export function belowLimit({
  limit,
  ...row
}: Pick<Row, 'measure' | 'ours' | 'unit'> & { limit: number }): Row {
  const { ours } = row;
  return { ...row, against: { name: 'limit', value: limit }, goal: 'below the limit', ok: ours < limit };
}

/** A folder that goes with the stack. */
export function temporaryFolder(stack: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(tmpdir(), 'rediacc-bench-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Both in turn, A B A B …, so that a machine that slows down slows both. */
export async function interleaved(
  rounds: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<{ ours: number[]; theirs: number[] }> {
  const samples = { ours: [] as number[], theirs: [] as number[] };
  await ours();
  await theirs();
  for (let round = 0; round < rounds; round += 1) {
    samples.ours.push(await ours());
    samples.theirs.push(await theirs());
  }
  return samples;
}

export function renderTable(rows: readonly Row[]): string {
  const cells = rows.map(({ measure, ours, against, unit, goal, ok }) => [
    measure,
    `${ours.toFixed(1)} ${unit}`,
    `${against.name}: ${against.value.toFixed(1)} ${unit}`,
    (ours / against.value).toFixed(2),
    goal,
    ok ? 'ok' : 'MISSED',
  ]);
  return alignColumns([['measure', 'ours', 'against', 'ratio', 'goal', ''], ...cells]).join('\n');
}
