import { nearest } from '../nearest.ts';
import { findMatcher, matcherNames, type Syntax } from './matchers.ts';
import { RuleError, readTokens, type Token } from './tokens.ts';

/** A rule with its negations at the leaves, as Traefik's own tree has them (pkg/rules/parser.go). */
export type Rule =
  | { readonly kind: 'and' | 'or'; readonly left: Rule; readonly right: Rule }
  | {
      readonly kind: 'match';
      readonly matcher: string;
      readonly values: readonly string[];
      readonly not: boolean;
    };

/**
 * Reads a router's rule: matchers, `!`, `&&` and `||`, which binds weakest.
 *
 * @throws RuleError when Traefik would not take it, or might take it in another way
 */
export function parseRule(rule: string, syntax: Syntax): Rule {
  const tokens = readTokens(rule);
  if (tokens.length > MOST_TOKENS) throw new RuleError('it is too long');
  const reader = new Reader(tokens, syntax);
  const parsed = reader.either();
  reader.end();
  return parsed;
}

/** So that no rule is nested more deeply than a stack holds. */
const MOST_TOKENS = 4_000;

class Reader {
  readonly #tokens: readonly Token[];
  readonly #syntax: Syntax;
  #at = 0;

  constructor(tokens: readonly Token[], syntax: Syntax) {
    this.#tokens = tokens;
    this.#syntax = syntax;
  }

  either(): Rule {
    let left = this.#both();
    while (this.#takeSign('||')) left = { kind: 'or', left, right: this.#both() };
    return left;
  }

  end(): void {
    const token = this.#tokens[this.#at];
    if (token !== undefined) throw new RuleError(`'${token.text}' is one too many`);
  }

  #both(): Rule {
    let left = this.#one();
    while (this.#takeSign('&&')) left = { kind: 'and', left, right: this.#one() };
    return left;
  }

  #one(): Rule {
    if (this.#takeSign('!')) return invert(this.#one());
    if (!this.#takeSign('(')) return this.#matcher();
    const inner = this.either();
    this.#expectSign(')');
    return inner;
  }

  #matcher(): Rule {
    const token = this.#tokens[this.#at++];
    if (token?.kind !== 'name')
      throw new RuleError(`a matcher is missing${token ? ` before '${token.text}'` : ' at its end'}`);
    const known = findMatcher(this.#syntax, token.text);
    if (known === undefined) {
      const names = matcherNames(this.#syntax);
      const meant = nearest(token.text, names);
      throw new RuleError(`there is no matcher '${token.text}', only ${names.join(', ')}`, {
        wrong: token.text,
        ...(meant === undefined ? {} : { meant }),
      });
    }
    const values = this.#values();
    if (values.includes('')) throw new RuleError(`a value of ${known.name} is empty`);
    if (known.counts !== 'any' && !known.counts.includes(values.length)) {
      throw new RuleError(
        `${known.name} takes ${known.counts.join(' or ')} value${known.counts[0] === 1 ? '' : 's'}, not ${values.length}: write ${known.name}(\`a\`) || ${known.name}(\`b\`)`,
      );
    }
    return { kind: 'match', matcher: known.name, values, not: false };
  }

  #values(): string[] {
    this.#expectSign('(');
    const values: string[] = [];
    do {
      const token = this.#tokens[this.#at++];
      if (token?.kind !== 'text') throw new RuleError('a value stands in ` or in "');
      values.push(token.text);
    } while (this.#takeSign(','));
    this.#expectSign(')');
    return values;
  }

  #takeSign(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #expectSign(text: string): void {
    if (!this.#takeSign(text)) throw new RuleError(`'${text}' is missing`);
  }
}

function invert(rule: Rule): Rule {
  if (rule.kind === 'match') return { ...rule, not: !rule.not };
  return {
    kind: rule.kind === 'and' ? 'or' : 'and',
    left: invert(rule.left),
    right: invert(rule.right),
  };
}
