import { DEFAULT_STATE_DIR, routerStateDir } from '../../core/repository/record.ts';
import { changeDecisions } from '../decisions.ts';

/** After that an operator's word is forgotten, in milliseconds: it was about attempts of long ago. */
const MEMORY = 24 * 3_600_000;

/**
 * Tells the route server that another attempt at certificates is wanted.
 *
 * @param names of hosts; `*`: of all
 * @param now in milliseconds since 1970
 */
export async function askAgain(names: readonly string[], now: number): Promise<void> {
  await changeDecisions(routerStateDir(DEFAULT_STATE_DIR), (decisions) => ({
    ...decisions,
    retried: new Map([
      ...[...decisions.retried].filter(([, at]) => at > now - MEMORY),
      ...names.map((name) => [name, now] as const),
    ]),
  }));
}
