import type { Options, Value } from './decode.ts';

export type Protocol = 'http' | 'tcp' | 'udp';
export const PROTOCOLS: readonly Protocol[] = ['http', 'tcp', 'udp'];

export type Kind = 'routers' | 'services' | 'middlewares';
export const KINDS: readonly Kind[] = ['routers', 'services', 'middlewares'];

/** What a container, or several, say of one protocol: options by name. Names are as their authors wrote them. */
export type Section = Readonly<Record<Kind, ReadonlyMap<string, Options>>>;
export type Sections = Readonly<Record<Protocol, Section>>;

/** Something for each of the keys. */
export function recordOf<K extends string, T>(keys: readonly K[], make: (key: K) => T): Record<K, T> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, T>;
}

export const EMPTY_SECTION: Section = { routers: new Map(), services: new Map(), middlewares: new Map() };

/** What one container asks for, wrong parts left out. */
export type Declaration = {
  readonly tier: 'auto' | 'labels';
  readonly sections: Sections;
  /** TLS stores by name; there is one, `default`. */
  readonly stores: ReadonlyMap<string, Options>;
};

export type NamedRouter = {
  readonly protocol: Protocol;
  readonly name: string;
  readonly router: Options;
  /** The names of the services that it can mean. */
  readonly services: readonly string[];
};

/** A decoded map of structs; empty when labels say nothing of it. */
export function namedOptions(value: Value | undefined): Map<string, Options> {
  return value instanceof Map ? (new Map(value) as Map<string, Options>) : new Map();
}
