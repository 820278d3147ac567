export type Pace = {
  /** What gathers in a burst waits until nothing has come for so long, in milliseconds. */
  readonly gather: number;
  /** But never longer than this. */
  readonly longest: number;
};

export type Paced = {
  /** Something has changed: the work is done now, or soon, once for all that has changed until then. */
  readonly request: () => void;
  readonly close: () => void;
};

/** Work that follows the first change after quiet at once, and a burst of changes with a few runs instead of one for each. */
export function pace(work: () => void, { gather, longest }: Pace): Paced {
  let lastRun = Number.NEGATIVE_INFINITY;
  let firstWaiting: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const run = (): void => {
    firstWaiting = undefined;
    lastRun = performance.now();
    work();
  };
  return {
    request: () => {
      const now = performance.now();
      if (firstWaiting === undefined && now - lastRun >= gather) return run();
      firstWaiting ??= now;
      clearTimeout(timer);
      timer = setTimeout(run, Math.min(gather, firstWaiting + longest - now));
    },
    close: () => clearTimeout(timer),
  };
}
