import type { TimeText } from '../core/claims/state-files.ts';

/** Times in files: ISO 8601, in UTC. */
export const TIMES: TimeText = {
  write: (milliseconds) => new Date(milliseconds).toISOString(),
  read: (text) => Date.parse(text),
};
