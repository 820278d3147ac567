import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pace } from './pace.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** When the work is done, in milliseconds, for changes at the given times. */
function runsFor(changes: readonly number[]): number[] {
  const begin = performance.now();
  const runs: number[] = [];
  const paced = pace(() => runs.push(performance.now() - begin), { gather: 30, longest: 250 });
  for (const at of changes) {
    vi.advanceTimersByTime(begin + at - performance.now());
    paced.request();
  }
  vi.advanceTimersByTime(1_000);
  paced.close();
  return runs;
}

test('the first change after quiet is followed at once', () => {
  expect(runsFor([0])).toEqual([0]);
  expect(runsFor([0, 30, 500])).toEqual([0, 30, 500]);
});

test('what follows is gathered until nothing has come for a while', () => {
  expect(runsFor([0, 10, 20, 45])).toEqual([0, 75]);
});

test('an endless burst is followed again and again', () => {
  const burst = Array.from({ length: 60 }, (_, i) => i * 10);
  expect(runsFor(burst)).toEqual([0, 260, 510, 620]);
});

test('nothing is done after the end', () => {
  let runs = 0;
  const paced = pace(() => (runs += 1), { gather: 30, longest: 250 });
  paced.request();
  paced.request();
  paced.close();
  vi.advanceTimersByTime(1_000);
  expect(runs).toBe(1);
});
