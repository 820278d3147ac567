import type { Options, Value } from './decode.ts';
import { readDuration } from './scalars.ts';
import { type Field, type StructType, structType } from './schema.ts';

/**
 * A struct with what Traefik fills in: defaults written out, zero values that mean nothing left out. Two structs that are
 * equal so are equal to Traefik (reflect.DeepEqual on its Go values).
 */
export function canonical(options: Options, typeName: string): Options {
  const type = structType(typeName);
  if (type === undefined) return options;
  return Object.fromEntries(
    Object.values(type.fields).flatMap((field): [string, Value][] => {
      if (field.ignored) return [];
      const value = options[field.key] ?? defaultOf(type, field);
      return value === undefined || isZero(value, field) ? [] : [[field.key, fill(value, field)]];
    }),
  );
}

function defaultOf(type: StructType, field: Field): Value | undefined {
  const value = type.defaults?.[field.key] as Value | undefined;
  return field.kind === 'duration' && typeof value === 'string' ? readDuration(value) : value;
}

function isZero(value: Value, { kind, optional }: Field): boolean {
  if (optional || typeof value === 'object') return false;
  return kind === 'duration' ? value === '0s' : !value;
}

function fill(value: Value, { kind, of = '' }: Field): Value {
  if (kind === 'struct') return canonical(value as Options, of);
  if (kind === 'list' && Array.isArray(value)) {
    return value.map((item) => (structType(of) === undefined ? item : canonical(item as Options, of)));
  }
  if (kind === 'map' && value instanceof Map && structType(of) !== undefined) {
    return new Map([...value].map(([name, item]) => [name, canonical(item as Options, of)]));
  }
  return value;
}
