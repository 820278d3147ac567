import type { Isolation } from '../core/isolation/report.ts';
import { probeIsolation } from '../edges/isolation-probe.ts';

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
    if (asked === undefined || now - asked.at > GOOD_FOR) asked = { at: now, answer: probeIsolation(path) };
    return asked.answer;
  };
}
