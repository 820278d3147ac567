/** What the doctor says of one thing. `warning`: it works, but somebody should look at it. */
export type Finding = {
  readonly what: string;
  readonly state: 'ok' | 'warning' | 'wrong';
  readonly said: string;
  /** What to do, where something is not as it should be. */
  readonly fix?: string;
};

export const ok = (what: string, said: string): Finding => ({ what, state: 'ok', said });
export const warning = (what: string, said: string, fix: string): Finding => ({
  what,
  state: 'warning',
  said,
  fix,
});
export const wrong = (what: string, said: string, fix: string): Finding => ({
  what,
  state: 'wrong',
  said,
  fix,
});

/** @param isStrict warnings count, too */
export function isWell(findings: readonly Finding[], isStrict: boolean): boolean {
  return findings.every(({ state }) => state === 'ok' || (state === 'warning' && !isStrict));
}

export function renderFindings(findings: readonly Finding[]): string[] {
  const width = Math.max(0, ...findings.map(({ what }) => what.length));
  return findings.flatMap(({ what, state, said, fix }) => [
    `${state.padEnd(7)}  ${what.padEnd(width)}  ${said}`,
    ...(fix === undefined ? [] : [`${' '.repeat(11 + width)}${fix}`]),
  ]);
}
