import type { Container } from '../labels/container.ts';
import type { Options, Value } from '../labels/decode.ts';
import { labelOf } from '../labels/label-of.ts';
import { type Problem, problem } from '../labels/problem.ts';

/** What one container says of a thing, under the name that it gives it. */
export type Definition = { readonly container: Container; readonly options: Options };

export type Merged = {
  readonly byName: ReadonlyMap<string, Options>;
  /** The containers that a name stands for. */
  readonly containers: ReadonlyMap<string, readonly Container[]>;
  readonly problems: readonly Problem[];
};

type Kind = 'routers' | 'services' | 'middlewares';

/**
 * Puts together what the containers of one repository say of the same names (Traefik's pkg/provider/merge.go): routers and
 * middlewares must be equal, services equal but for their servers, which add up to one load balancer. Names that contradict
 * each other are dropped for all, since nobody can say who is right.
 */
export function mergeDefinitions(
  kind: Kind,
  definitions: ReadonlyMap<string, readonly Definition[]>,
): Merged {
  const byName = new Map<string, Options>();
  const containers = new Map<string, readonly Container[]>();
  const problems: Problem[] = [];
  for (const [name, all] of [...definitions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const merged = kind === 'services' ? mergeServices(all) : mergeEqual(all);
    if (merged === undefined) problems.push(...contradiction(kind, name, all));
    else {
      byName.set(name, merged);
      containers.set(
        name,
        all.map(({ container }) => container),
      );
    }
  }
  return { byName, containers, problems };
}

function mergeEqual(all: readonly Definition[]): Options | undefined {
  const [first] = all;
  return all.every(({ options }) => first !== undefined && isEqual(options, first.options))
    ? first?.options
    : undefined;
}

function mergeServices(all: readonly Definition[]): Options | undefined {
  const [first] = all;
  if (
    first === undefined ||
    !all.every(({ options }) => isEqual(balancer(options), balancer(first.options)))
  ) {
    return undefined;
  }
  const servers = new Map<string, Value>();
  for (const { options } of all) {
    for (const server of serversOf(options)) {
      const url = String((server as Options)['url']);
      if (!servers.has(url)) servers.set(url, server);
    }
  }
  const loadBalancer = { ...(first.options['loadBalancer'] as Options), servers: [...servers.values()] };
  return { ...first.options, loadBalancer };
}

function balancer(service: Options): Options {
  const { servers: _, ...rest } = service['loadBalancer'] as Options;
  return rest;
}

function serversOf(service: Options): Value[] {
  return ((service['loadBalancer'] as Options)['servers'] ?? []) as Value[];
}

/** Deep equality; the order of keys does not count, the order of lists does. */
export function isEqual(a: Value | undefined, b: Value | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, i) => isEqual(item, b[i]))
    );
  }
  const left = toMap(a);
  const right = toMap(b);
  return (
    left.size === right.size &&
    [...left].every(([key, item]) => right.has(key) && isEqual(item, right.get(key)))
  );
}

function toMap(value: Options | Map<string, Value>): Map<string, Value> {
  return value instanceof Map ? value : new Map(Object.entries(value));
}

function contradiction(kind: Kind, name: string, all: readonly Definition[]): Problem[] {
  const holders = all.map(({ container }) => container.name).join(', ');
  return all.map(({ container }) =>
    problem(container, 'definition-conflict', {
      label: labelOf(container, `http.${kind}.${name}`).label,
      reason: `the containers ${holders} define the ${kind.slice(0, -1)} '${name}' differently, so nobody has it`,
      fix: 'Give one of them another name, or the same labels to all.',
    }),
  );
}
