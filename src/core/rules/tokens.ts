/** A rule that cannot be read; the message says why. */
export class RuleError extends Error {
  /** What is wrong in the rule, and what was probably meant, where that can be told. */
  readonly part: { readonly wrong: string; readonly meant?: string } | undefined;

  constructor(message: string, part?: RuleError['part']) {
    super(message);
    this.name = 'RuleError';
    this.part = part;
  }
}

export type Token =
  | { readonly kind: 'name' | 'text'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: '(' | ')' | ',' | '!' | '&&' | '||' };

const NAME = /[A-Za-z_]\w*/y;
const SIGN = /&&|\|\||[(),!]/y;
/** Go's raw string. */
const RAW = /`([^`]*)`/y;
/** Go's interpreted string, with the escapes that a rule has a use for. */
const QUOTED = /"((?:[^"\\\n]|\\[\\"])*)"/y;
const BLANK = /[ \t\n]+/y;

/**
 * Traefik reads rules with Go's parser (github.com/vulcand/predicate). What only Go would take (comments, numbers, other
 * escapes) is refused here, so that no rule means one thing to us and another to Traefik.
 *
 * @throws RuleError
 */
export function readTokens(rule: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(rule) ?? undefined;
    if (match !== undefined) at = pattern.lastIndex;
    return match;
  };
  while (at < rule.length) {
    if (take(BLANK) !== undefined) continue;
    tokens.push(takeToken(take) ?? refuse(rule.slice(at)));
  }
  return tokens;
}

function takeToken(take: (pattern: RegExp) => RegExpExecArray | undefined): Token | undefined {
  const name = take(NAME);
  if (name !== undefined) return { kind: 'name', text: name[0] };
  const sign = take(SIGN);
  if (sign !== undefined) return { kind: 'sign', text: sign[0] } as Token;
  const raw = take(RAW);
  if (raw !== undefined) return { kind: 'text', text: printable(raw[1] ?? '') };
  const quoted = take(QUOTED);
  if (quoted === undefined) return undefined;
  return { kind: 'text', text: printable((quoted[1] ?? '').replaceAll(/\\([\\"])/g, '$1')) };
}

function printable(text: string): string {
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code < 0x20 || code === 0x7f) throw new RuleError('it has a control character in it');
  }
  return text;
}

function refuse(rest: string): never {
  const quote = /^['`"]/.exec(rest)?.[0];
  if (quote === "'") throw new RuleError('a value stands in ` or in ", not in \'');
  if (quote !== undefined) throw new RuleError(`a value that begins with ${quote} does not end`);
  throw new RuleError(`'${rest.slice(0, 20)}' is no part of a rule`);
}
