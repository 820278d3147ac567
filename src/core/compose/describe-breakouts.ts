import type { Breakout } from './breakout.ts';
import { findLine, type Source } from './find-line.ts';

/** One line: `docker-compose.yml:12: service 'web', cap_add: BPF [cap:BPF]`, without the file where no line can be found. */
export function describeBreakout(
  { at, value, note, permission }: Breakout,
  sources: readonly Source[],
): string {
  const [kind = '', name = '', ...keys] = at;
  const where = findLine(sources, at, value);
  const what = `${kind.slice(0, -1)} '${name}', ${keys.join('.')}: ${value}`;
  const before = where === undefined ? '' : `${where}: `;
  const after = permission === undefined ? '' : ` [${permission}]`;
  return printable(`${before}${what}${note === undefined ? '' : `, ${note}`}${after}`);
}

/** What to do about breakouts of a repository. */
export function adviseOn(refused: readonly Breakout[], repository: string): string {
  const words = [...new Set(refused.flatMap(({ permission }) => permission ?? []))].map(quoted);
  if (words.length === 0) return 'Take it out: nothing allows it.';
  const forLocal = words.map((word) => `--allow ${word}`).join(' ');
  return `Take it out. Or, if you trust it with that: rdc repo allow ${repository} ${words.join(' ')} -m CONTEXT (with renet local: ${forLocal}).`;
}

/** Whoever copies the command must not run what the compose file's author has put into a path. */
function quoted(word: string): string {
  const text = printable(word);
  return /^[\w:./@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A terminal obeys control characters. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}
