/** The hosts that a rule names (`Host(…)`), in order: what to try in a browser. */
export function hostsOfRule(rule: string): string[] {
  return [...rule.matchAll(/(?<!\w)Host\(\s*[`"]([^`"]+)[`"]\s*\)/gi)].flatMap(([, host]) => host ?? []);
}
