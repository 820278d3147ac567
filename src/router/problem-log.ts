import type { Logger } from 'pino';
import type { Problem } from '../core/labels/problem.ts';
import type { NetworkId } from '../core/network/subnet.ts';

type Problems = { readonly networkId: NetworkId; readonly problems: readonly Problem[] };
type Known = { readonly problems: readonly Problem[]; readonly texts: ReadonlySet<string> };

/** Logs each problem when it comes up, and again only when it has been gone in between. */
export function createProblemLog(
  log: Logger,
  nameOf: (id: NetworkId) => string,
): (repositories: readonly Problems[]) => void {
  let known = new Map<NetworkId, Known>();
  const note = ({ networkId, problems }: Problems): Known => {
    const before = known.get(networkId);
    if (before?.problems === problems) return before;
    const texts = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
    for (const [text, problem] of texts) {
      if (before?.texts.has(text)) continue;
      log.warn({ problem: { repository: nameOf(networkId), ...problem } }, problem.reason);
    }
    return { problems, texts: new Set(texts.keys()) };
  };
  return (repositories) => {
    known = new Map(repositories.map((one) => [one.networkId, note(one)]));
  };
}
