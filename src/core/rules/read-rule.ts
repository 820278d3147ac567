import { parseRule, type Rule } from './parse.ts';

/** A rule in either syntax; undefined: none that we read, as those of trusted repositories may be. */
export function readRule(protocol: 'http' | 'tcp', text: string): Rule | undefined {
  for (const syntax of [protocol, `${protocol}-v2`] as const) {
    try {
      return parseRule(text, syntax);
    } catch {
      // The other syntax may know it.
    }
  }
  return undefined;
}
