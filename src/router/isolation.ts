import type { Refusals } from '../core/isolation/report.ts';
import { probeIsolation } from '../edges/isolation-probe.ts';

/** Whether repositories are kept apart, as a probe has found. */
export type Isolation =
  | { readonly state: 'off' }
  | { readonly state: 'on'; readonly refusals: readonly Refusals[] }
  /** They are to be, and are not, or nobody knows. */
  | { readonly state: 'open' | 'unknown'; readonly reason: string };

/** How long an answer is good, in milliseconds: whoever asks for health and metrics asks often. */
const GOOD_FOR = 2_000;

/**
 * @param path of the socket behind which somebody tries; undefined: repositories are not to be kept apart
 * @returns a question that can be asked as often as one likes
 */
export function watchIsolation(path: string | undefined): () => Promise<Isolation> {
  if (path === undefined) return async () => ({ state: 'off' });
  let asked: { readonly at: number; readonly answer: Promise<Isolation> } | undefined;
  return () => {
    const now = performance.now();
    if (asked === undefined || now - asked.at > GOOD_FOR) asked = { at: now, answer: probe(path) };
    return asked.answer;
  };
}

async function probe(path: string): Promise<Isolation> {
  try {
    const { isClosed, refusals } = await probeIsolation(path);
    if (isClosed) return { state: 'on', refusals };
    return { state: 'open', reason: 'a process among the repositories reaches ports of this machine' };
  } catch (error) {
    return {
      state: 'unknown',
      reason: `the probe behind ${path} does not answer: ${(error as Error).message}`,
    };
  }
}
