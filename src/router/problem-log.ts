import type { Logger } from 'pino';
import type { Problem } from '../core/labels/problem.ts';
import type { NetworkId } from '../core/network/subnet.ts';

/** Logs each problem when it comes up, and again only when it has been gone in between. */
export function createProblemLog(
  log: Logger,
  nameOf: (id: NetworkId) => string,
): (problems: readonly Problem[]) => void {
  let known = new Set<string>();
  return (problems) => {
    const now = new Set<string>();
    for (const problem of problems) {
      const text = JSON.stringify(problem);
      if (!known.has(text) && !now.has(text)) {
        log.warn({ problem: { repository: nameOf(problem.networkId), ...problem } }, problem.reason);
      }
      now.add(text);
    }
    known = now;
  };
}
