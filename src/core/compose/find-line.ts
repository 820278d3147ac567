import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import * as z from 'zod/mini';

/** A compose file. */
export type Source = { readonly path: string; readonly text: string };

/**
 * The other compose files that one names by `include` and `extends`, as it writes them. What Compose has yet to find out, by
 * variables and addresses, is left out.
 */
export function filesNamedIn(text: string): string[] {
  const { include, services } = read(text);
  const included = (include ?? []).flatMap((one) => (typeof one === 'string' ? one : (one.path ?? [])));
  const extended = Object.values(services ?? {}).flatMap((one) =>
    typeof one?.extends === 'object' ? (one.extends.file ?? []) : [],
  );
  return [...included, ...extended].filter((path) => !/[$]|:\/\/|^git@/.test(path));
}

/** What a compose file calls services. */
export function servicesNamedIn(text: string): string[] {
  return Object.keys(read(text).services ?? {});
}

/**
 * Where a compose file says something: `docker-compose.yml:12`. Of several files the last one that says it counts. What a
 * service does not say itself may be in one that it extends.
 *
 * @param at keys, as in `services`, `web`, `cap_add`
 * @param value to be found among the items, where it is a list
 */
export function findLine(
  sources: readonly Source[],
  at: readonly string[],
  value: string,
): string | undefined {
  const [kind = '', name = '', ...keys] = at;
  const names = kind === 'services' ? withExtended(sources, name) : [name];
  const found = names.flatMap((one) =>
    sources.toReversed().flatMap(({ path, text }) => {
      const place = placeIn(text, [kind, one, ...keys], value);
      return place === undefined ? [] : [{ path, ...place }];
    }),
  );
  const best = found.find(({ isItem }) => isItem) ?? found[0];
  return best && `${best.path}:${best.line}`;
}

const extending = z.union([
  z.string(),
  z.looseObject({ service: z.optional(z.string()), file: z.optional(z.string()) }),
]);
const including = z.union([
  z.string(),
  z.looseObject({ path: z.optional(z.union([z.string(), z.array(z.string())])) }),
]);
const partly = z.looseObject({
  include: z.nullish(z.array(including)),
  services: z.nullish(z.record(z.string(), z.nullish(z.looseObject({ extends: z.optional(extending) })))),
});

/** What matters here of a compose file; nothing when Compose would not take it. */
function read(text: string): z.infer<typeof partly> {
  try {
    return z.parse(partly, parseDocument(text, { merge: true, logLevel: 'silent' }).toJS());
  } catch {
    return {};
  }
}

/** A service, those that it extends, those that they extend, … */
function withExtended(sources: readonly Source[], service: string): string[] {
  const files = sources.map(({ text }) => read(text).services ?? {});
  const names = new Set([service]);
  // A set hands out what is added on the way.
  for (const name of names)
    for (const services of files) {
      const base = services[name]?.extends;
      names.add((typeof base === 'object' ? base.service : base) ?? name);
    }
  return [...names];
}

type Place = { readonly line: number; readonly isItem: boolean };

function placeIn(text: string, at: readonly string[], value: string): Place | undefined {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, merge: true, logLevel: 'silent' });
  let node: unknown = document.contents;
  let key: Node | undefined;
  for (const name of at) {
    const pair = findPair(document, node, name);
    if (pair === undefined) return undefined;
    [key, node] = pair;
  }
  const item = itemOf(followed(document, node), value);
  const [start] = item?.range ?? key?.range ?? [];
  return start === undefined
    ? undefined
    : { line: lineCounter.linePos(start).line, isItem: item !== undefined };
}

/** What an alias (`*common`) stands for. */
function followed(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** A key and its value, also out of what is merged in (`<<: *common`). */
function findPair(document: Document, from: unknown, name: string): [Node, unknown] | undefined {
  const node = followed(document, from);
  if (isSeq(node)) return node.items.map((item) => findPair(document, item, name)).find(Boolean);
  if (!isMap(node)) return undefined;
  const named = (wanted: string) =>
    node.items.find(({ key }) => isScalar(key) && String(key.source ?? key.value) === wanted);
  const own = named(name);
  if (own !== undefined) return [own.key as Node, own.value];
  const merged = named('<<');
  return merged && findPair(document, merged.value, name);
}

/** The item of a list that speaks of a value. A path may be written otherwise, but for its last part. */
function itemOf(node: unknown, value: string): Node | undefined {
  if (!isSeq(node)) return undefined;
  const last = value.replace(/\/+$/, '').split('/').at(-1) || value;
  const items = node.items as Node[];
  const speaks = (word: string) => (item: Node) => String(item).includes(word);
  return items.find(speaks(value)) ?? items.find(speaks(last));
}
