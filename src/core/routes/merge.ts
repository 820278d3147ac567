import { canonical } from '../labels/canonical.ts';
import type { Container } from '../labels/container.ts';
import type { Options, Value } from '../labels/decode.ts';
import { labelOf } from '../labels/label-of.ts';
import { type Problem, problem } from '../labels/problem.ts';
import { entryType } from '../labels/schema.ts';
import type { Kind, Protocol } from '../labels/sections.ts';

/** What one container says of a thing, under the name that it gives it. */
export type Definition = { readonly container: Container; readonly options: Options };

/** What containers say of one name, put together. */
export type Merged = { readonly options: Options; readonly containers: readonly Container[] };

/** All that containers say, by protocol, kind and name. */
export type MergedSections = Readonly<Record<Protocol, Readonly<Record<Kind, ReadonlyMap<string, Merged>>>>>;

/** Which things are merged: `http`, `routers`. */
export type Place =
  | { readonly protocol: Protocol; readonly kind: Kind }
  | { readonly protocol: 'tls'; readonly kind: 'stores' };

/**
 * Puts together what the containers of one repository say of the same names (Traefik's pkg/provider/merge.go): routers and
 * middlewares must be equal, services equal but for their servers, which add up to one load balancer. Names that contradict
 * each other are dropped for all, since nobody can say who is right.
 */
export function mergeDefinitions(
  place: Place,
  definitions: ReadonlyMap<string, readonly Definition[]>,
): { readonly byName: ReadonlyMap<string, Merged>; readonly problems: readonly Problem[] } {
  const byName = new Map<string, Merged>();
  const problems: Problem[] = [];
  for (const [name, all] of [...definitions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const options = place.kind === 'services' ? mergeServices(place, all) : mergeEqual(place, all);
    if (options === undefined) problems.push(...contradiction(place, name, all));
    else byName.set(name, { options, containers: all.map(({ container }) => container) });
  }
  return { byName, problems };
}

function mergeEqual(place: Place, all: readonly Definition[]): Options | undefined {
  return allEqual(place, all) ? all[0]?.options : undefined;
}

function mergeServices(place: Place, all: readonly Definition[]): Options | undefined {
  const [first] = all;
  if (first === undefined || all.length === 1) return first?.options;
  if (all.some(({ options }) => options['loadBalancer'] === undefined)) return mergeEqual(place, all);
  // What else a service has is the first one's: Traefik compares load balancers alone.
  const balancers = all.map(({ container, options }) => ({
    container,
    options: { loadBalancer: { ...(options['loadBalancer'] as Options), servers: [] } },
  }));
  if (!allEqual(place, balancers)) return undefined;
  const servers = uniqueServers(all.flatMap(({ options }) => serversOf(options)));
  return { ...first.options, loadBalancer: { ...(first.options['loadBalancer'] as Options), servers } };
}

/** Of servers with one address the first. */
function uniqueServers(servers: readonly Value[]): Value[] {
  const byAddress = new Map<Value | undefined, Value>();
  for (const server of servers) {
    const { url, address } = server as Options;
    if (!byAddress.has(url ?? address)) byAddress.set(url ?? address, server);
  }
  return [...byAddress.values()];
}

function serversOf(service: Options): Value[] {
  return ((service['loadBalancer'] as Options)['servers'] ?? []) as Value[];
}

function allEqual({ protocol, kind }: Place, all: readonly Definition[]): boolean {
  const [first, ...others] = all.map(({ options }) => options);
  if (first === undefined) return true;
  const full = (options: Options): Options => canonical(options, entryType(protocol, kind));
  // Nearly always they are written alike, which is told sooner.
  return others.every((one) => isEqual(one, first) || isEqual(full(one), full(first)));
}

/** Deep equality; the order of keys does not count, the order of lists does. */
function isEqual(a: Value | undefined, b: Value | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    const isList = Array.isArray(a) && Array.isArray(b);
    return isList && a.length === b.length && a.every((item, i) => isEqual(item, b[i]));
  }
  const [left, right] = [toMap(a), toMap(b)];
  return (
    left.size === right.size &&
    [...left].every(([key, item]) => right.has(key) && isEqual(item, right.get(key)))
  );
}

function toMap(value: Options | Map<string, Value>): Map<string, Value> {
  return value instanceof Map ? value : new Map(Object.entries(value));
}

function contradiction({ protocol, kind }: Place, name: string, all: readonly Definition[]): Problem[] {
  const holders = all.map(({ container }) => container.name).join(', ');
  return all.map(({ container }) =>
    problem(container, 'definition-conflict', {
      label: labelOf(container, `${protocol}.${kind}.${name}`).label,
      reason: `the containers ${holders} define the ${kind.slice(0, -1)} '${name}' differently, so nobody has it`,
      fix: 'Give one of them another name, or the same labels to all.',
    }),
  );
}
