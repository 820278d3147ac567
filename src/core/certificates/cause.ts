const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long after each failure the next attempt comes; the last stays. */
export const PATIENCE = {
  /** Others are out of order for a while. */
  passing: [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR],
  /** Somebody has to mend something, and may do so without our knowing. */
  lasting: [10 * MINUTE, HOUR, 6 * HOUR, 12 * HOUR],
  /** The certificate authority has looked and not found: five of those an hour for a host are too many for Let's Encrypt. */
  checked: [15 * MINUTE, HOUR, 3 * HOUR, 12 * HOUR],
  /** A limit of the authority. */
  limited: [HOUR, 3 * HOUR, 12 * HOUR],
} as const;

export type Cause = {
  readonly code: string;
  /** Of the error that Traefik logs; the first that fits counts. */
  readonly pattern: RegExp;
  /** In plain words; `$1` is what the pattern has caught: its group `shown`, or its first. */
  readonly why: string;
  readonly fix: string;
  readonly patience: keyof typeof PATIENCE;
  /** It is the same for every certificate of the resolver: the others wait until one has got through. */
  readonly isForAll?: true;
};
