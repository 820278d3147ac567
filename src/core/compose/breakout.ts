/** Something in a compose file by which a container could leave its repository. */
export type Breakout = {
  /** Where it is, as in `services`, `web`, `cap_add`. */
  readonly at: readonly string[];
  /** The value, as its author knows it. */
  readonly value: string;
  /** What is the matter with it, where that is not plain. */
  readonly note?: string;
  /** The word that allows it; undefined: nothing does. */
  readonly permission?: string;
};
