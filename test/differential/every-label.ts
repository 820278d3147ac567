import { type Field, SECTIONS, structType } from '../../src/core/labels/schema.ts';

/** An option that a label can set: `http.middlewares.NAME.retry.attempts`. */
export type Leaf = { readonly path: string; readonly field: Field };

/** Stands for what users name: a router, a header. */
export const NAME = 'NAME';

/** Every option that labels can set, out of the schema; those without effect are left out. */
export function everyLeaf(): Leaf[] {
  return leavesOf({ type: SECTIONS, path: [], within: [] });
}

/** Where in the schema: structs can hold themselves. */
type Place = { readonly type: string; readonly path: readonly string[]; readonly within: readonly string[] };

function leavesOf({ type, path, within }: Place): Leaf[] {
  if (within.includes(type)) return [];
  return Object.entries(structType(type)?.fields ?? {}).flatMap(([name, field]) =>
    field.ignored ? [] : leavesBelow([...path, name], field, [...within, type]),
  );
}

function leavesBelow(path: readonly string[], field: Field, within: readonly string[]): Leaf[] {
  const type = field.of ?? '';
  const leaf = (...more: string[]): Leaf[] => [{ path: [...path, ...more].join('.'), field }];
  if (field.kind === 'raw') return leaf(NAME);
  if (structType(type) === undefined) return leaf(...(field.kind === 'map' ? [NAME] : []));
  if (field.kind === 'map') return leavesOf({ type, path: [...path, NAME], within });
  if (field.kind === 'list' && !field.single) {
    return leavesOf({ type, path: [...path.slice(0, -1), `${path.at(-1)}[0]`], within });
  }
  return [...(field.allowEmpty ? leaf() : []), ...leavesOf({ type, path, within })];
}

/** A value that Traefik takes. */
export function sampleValue({ kind, of }: Field): string {
  const values: Readonly<Record<string, string>> = {
    bool: 'true',
    int: '7',
    uint: '7',
    duration: '7s',
    struct: 'true',
    list: of === 'string' ? 'a, b' : '7',
  };
  return kind === 'map' && of !== 'string'
    ? sampleValue({ key: '', kind: of as Field['kind'] })
    : (values[kind] ?? 'x');
}
