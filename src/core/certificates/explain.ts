import type { Cause } from './cause.ts';
import { CAUSES } from './causes.ts';

const UNKNOWN: Cause = {
  code: 'unknown',
  pattern: /([\s\S]*)/,
  why: 'Traefik says: $1',
  fix: 'See what it logs: rdc proxy logs -m NAME.',
  patience: 'lasting',
};

/**
 * Of an authority that has looked. Its words have some of the page or record that it found, which may be anybody's: they are not to be
 * taken for a reason that is the same for all.
 */
const CHECKED = /:(?:unauthorized|connection|dns|tls|incorrectResponse|caa) :: /;

export type Explained = {
  readonly cause: Cause;
  readonly why: string;
};

/** @param error as Traefik logs it; empty: it has logged nothing */
export function explainError(error: string): Explained {
  const isChecked = CHECKED.test(error);
  for (const cause of [...CAUSES.filter(({ patience }) => !isChecked || patience === 'checked'), UNKNOWN]) {
    const found = cause.pattern.exec(error);
    if (found === null) continue;
    const caught = found.groups?.['shown'] ?? found[1] ?? '';
    return { cause, why: cause.why.replace('$1', () => caught.trim()).trim() };
  }
  return { cause: UNKNOWN, why: UNKNOWN.why };
}
