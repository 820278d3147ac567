import type { Value } from '../labels/decode.ts';

/**
 * What users have named, as a YAML block: their names and every text in double quotes, options plain. By hand because a
 * document may have a hundred thousand lines and is made again at every change, and because of what Traefik's reader refuses.
 *
 * @param indent how many spaces stand before each line
 */
export function renderBlock(named: ReadonlyMap<string, Value>, indent: number): string {
  return renderEntries(
    [...named].map(([name, value]) => [quote(name), value] as const),
    indent,
  );
}

type Entry = readonly [key: string, value: Value];

function renderEntries(entries: readonly Entry[], indent: number): string {
  const pad = ' '.repeat(indent);
  return entries.map(([key, value]) => `${pad}${key}:${renderValue(value, indent)}`).join('');
}

function renderValue(value: Value, indent: number): string {
  if (typeof value === 'string') return ` ${quote(value)}\n`;
  if (typeof value !== 'object') return ` ${value}\n`;
  if (Array.isArray(value)) return renderList(value, indent);
  const entries =
    value instanceof Map
      ? [...value].map(([name, item]): Entry => [quote(name), item])
      : Object.entries(value);
  return entries.length === 0 ? ' {}\n' : `\n${renderEntries(entries.sort(byKey), indent + 2)}`;
}

function byKey([a]: Entry, [b]: Entry): number {
  return a < b ? -1 : 1;
}

function renderList(items: readonly Value[], indent: number): string {
  if (items.length === 0) return ' []\n';
  const pad = ' '.repeat(indent + 2);
  const lines = items.map((item) => {
    const rendered = renderValue(item, indent + 2);
    // A block goes on in the line of its dash, two columns further in.
    return `${pad}-${rendered.startsWith('\n') ? ` ${rendered.slice(1 + indent + 4)}` : rendered}`;
  });
  return `\n${lines.join('')}`;
}

/**
 * Text in double quotes, in the characters that Traefik's YAML reader (yaml.v3) takes: it refuses DEL, C1 controls, U+FFFE
 * and U+FFFF as they are, folds U+0085, and knows no surrogates. JSON leaves those, so they are escaped or replaced.
 */
export function quote(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
