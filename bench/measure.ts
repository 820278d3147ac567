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
