import { nearest } from '../nearest.ts';
import { LabelError } from './label-error.ts';
import type { LabelNode } from './label-tree.ts';
import { readBool, readDuration, readInt, readUint } from './scalars.ts';
import { type Field, fieldOf, type StructType, structType } from './schema.ts';

/** A decoded value. What users name (routers, headers) is a Map, what Traefik names (options) an object. */
export type Value = string | number | boolean | Value[] | Options | Map<string, Value>;
export type Options = { [key: string]: Value };

/**
 * What labels say of a struct of Traefik's configuration. Follows paerser (v0.2.2: parser/nodes_metadata.go checks,
 * parser/element_fill.go fills): an unknown option or an ill-typed value anywhere refuses all of it.
 *
 * @throws LabelError
 */
export function decodeStruct(node: LabelNode, typeName: string): Options {
  const type = structType(typeName);
  if (type === undefined) throw new Error(`the schema has no type ${typeName}`);
  const options: Options = {};
  for (const child of node.children) {
    const field = requireField(child, type, node.name);
    const value = decodeField(child, field);
    if (value !== undefined) options[field.key] = value;
  }
  return options;
}

function requireField(node: LabelNode, type: StructType, owner: string): Field {
  const field = fieldOf(type, node.name);
  if (field !== undefined) return field;
  const known = nearest(node.name, Object.keys(type.fields));
  const part = { wrong: node.name, isName: true as const, ...(known === undefined ? {} : { meant: known }) };
  throw new LabelError(
    { ...at(node), part },
    `Traefik knows no option '${node.name}' of '${owner}'`,
    known === undefined ? 'Remove it.' : `Did you mean '${known}'?`,
  );
}

function decodeField(node: LabelNode, field: Field): Value | undefined {
  if (field.kind !== 'list') refuseStandalone(node, field);
  if (field.ignored || isSwitchedOff(node, field)) {
    checkNames(node, field);
    return undefined;
  }
  switch (field.kind) {
    case 'struct':
      return atLeastOne(decodeStruct(node, field.of ?? ''), field);
    case 'list':
      return decodeList(node, field);
    case 'map':
      return decodeMap(node, field.of ?? '');
    case 'raw':
      return rawValue(node);
    default:
      refuseChildren(node);
      return decodeScalar(node, field);
  }
}

/**
 * Labels can create a struct without setting anything (`headers.accesscontrolallowmethods=`). A document that holds an empty
 * one is refused, so one of its options is written with the value that it has anyway.
 */
function atLeastOne(options: Options, field: Field): Options {
  const type = structType(field.of ?? '');
  if (type === undefined || field.allowEmpty || Object.keys(options).length > 0) return options;
  const filler = Object.values(type.fields).find((one) => !one.ignored && Object.hasOwn(ZERO, one.kind));
  if (filler === undefined) return options;
  return { [filler.key]: (type.defaults?.[filler.key] as Value | undefined) ?? ZERO[filler.kind] ?? '' };
}

const ZERO: Readonly<Record<string, Value>> = {
  string: '',
  bool: false,
  int: 0,
  uint: 0,
  duration: '0s',
  list: [],
};

/** `headers=true` says nothing; only structs tagged so may stand alone. */
function refuseStandalone(node: LabelNode, field: Field): void {
  const nests = field.kind === 'struct' || field.kind === 'map' || field.kind === 'raw';
  if (!nests || node.children.length > 0 || field.allowEmpty || field.ignored) return;
  throw new LabelError(
    at(node),
    `'${node.name}' needs an option`,
    `Write one, as in ${node.label}.OPTION=VALUE.`,
  );
}

/** `tls=false`, and any other value than `true` or nothing: not there, whatever else is said of it. */
function isSwitchedOff(node: LabelNode, field: Field): boolean {
  return (
    field.kind === 'struct' &&
    field.allowEmpty === true &&
    node.value !== '' &&
    node.value.toLowerCase() !== 'true'
  );
}

/** What has no effect may say anything, in options that exist. */
function checkNames(node: LabelNode, field: Field): void {
  const type = structType(field.of ?? '');
  if (type === undefined || field.kind === 'raw') return;
  const holders = field.kind === 'struct' || field.single ? [node] : node.children;
  for (const holder of holders) {
    for (const child of holder.children) checkNames(child, requireField(child, type, holder.name));
  }
}

function decodeList(node: LabelNode, field: Field): Value | undefined {
  const of = field.of ?? '';
  if (structType(of) === undefined) {
    for (const child of node.children) refuseChildren(child);
    if (node.value === '') return undefined;
    refuseSeparator(node);
    return node.value
      .split(',')
      .map((text) =>
        decodeScalar({ ...node, value: text.trim() }, { key: '', kind: of as Field['kind'], bits: 64 }),
      );
  }
  if (field.single) {
    if (node.children.length > 0) return [decodeStruct(node, of)];
    throw new LabelError(
      at(node),
      `'${node.name}' needs an option`,
      `Write one, as in ${node.label}.port=8080.`,
    );
  }
  return node.children.map((child) => decodeStruct(child, of));
}

function decodeMap(node: LabelNode, of: string): Map<string, Value> {
  const entries = node.children.flatMap((child): [string, Value][] => {
    if (structType(of) !== undefined) return [[child.name, decodeStruct(child, of)]];
    if (of === 'raw') return [[child.name, rawValue(child)]];
    if (of === 'string') return flatten(child.name, child);
    return [[child.name, decodeScalar(child, { key: '', kind: of as Field['kind'], bits: 64 })]];
  });
  return new Map(entries);
}

/** A dot in the key of a map of text belongs to the key: `customrequestheaders.X.Y=1` sets the header `X.Y`. */
function flatten(key: string, node: LabelNode): [string, string][] {
  if (node.children.length === 0) return [[key, node.value]];
  return node.children.flatMap((child) => flatten(`${key}.${child.name}`, child));
}

/** The options of a plugin: nested text, with lists where names are indices. */
function rawValue(node: LabelNode): Value {
  const first = node.children[0];
  refuseSeparator(node);
  if (first === undefined) return node.value;
  if (first.name.startsWith('[')) return node.children.map(rawValue);
  return new Map(node.children.map((child) => [child.name, rawValue(child)]));
}

/** Traefik's own separator of lists (paerser, parser/parser.go) would split an item, or refuse a whole document for a plugin's. */
function refuseSeparator(node: LabelNode): void {
  if (!node.value.includes('\u2551')) return;
  throw new LabelError(
    at(node),
    "it has the character '\u2551', by which Traefik splits lists",
    'Leave it out.',
  );
}

function refuseChildren(node: LabelNode): void {
  const child = node.children[0];
  if (child === undefined) return;
  throw new LabelError(at(child), `'${node.name}' is a value and has no options`, `Remove '.${child.name}'.`);
}

function decodeScalar(node: LabelNode, field: Field): Value {
  const text = node.value;
  switch (field.kind) {
    case 'bool':
      return readBool(text) ?? refuseValue(node, 'true or false');
    case 'int':
      return readInt(text, field.bits ?? 64) ?? refuseValue(node, 'a whole number');
    case 'uint':
      return readUint(text, field.bits ?? 64) ?? refuseValue(node, 'a whole number without sign');
    case 'duration':
      return readDuration(text) ?? refuseValue(node, 'a duration such as 90s or 1m30s');
    default:
      return text;
  }
}

function refuseValue(node: LabelNode, expected: string): never {
  throw new LabelError(at(node), `'${node.value}' is not ${expected}`, `Write ${expected}.`);
}

function at(node: LabelNode): { label: string; value: string } {
  return { label: node.label, value: node.value };
}
