import type { Container } from '../labels/container.ts';
import type { Options } from '../labels/decode.ts';
import type { Problem } from '../labels/problem.ts';
import type { Reading } from '../labels/read-container.ts';
import type { Section } from '../labels/sections.ts';
import type { NetworkId } from '../network/subnet.ts';
import { type Definition, type Merged, mergeDefinitions } from './merge.ts';
import { privateName, withPrivateReferences } from './private-names.ts';

/** Something in the document, with the containers that it comes from. */
export type Published = { readonly options: Options; readonly containers: readonly Container[] };

/** What a repository contributes to the document, under the names that stand in it. */
export type RepositoryRoutes = {
  readonly networkId: NetworkId;
  readonly http: {
    readonly routers: ReadonlyMap<string, Published>;
    readonly services: ReadonlyMap<string, Published>;
    readonly middlewares: ReadonlyMap<string, Published>;
  };
  readonly problems: readonly Problem[];
  readonly unrouted: readonly { readonly container: Container; readonly reason: string }[];
};

/** The routes of one repository, from the readings of its running containers. They depend on nothing else. */
export function buildRepositoryRoutes(networkId: NetworkId, readings: readonly Reading[]): RepositoryRoutes {
  const sorted = [...readings].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const merge = (kind: keyof Section) => mergeDefinitions(kind, collect(kind, sorted));
  const [routers, services, middlewares] = [merge('routers'), merge('services'), merge('middlewares')];
  const publish = (merged: Merged) => publishNames(merged, networkId);
  return {
    networkId,
    http: { routers: publish(routers), services: publish(services), middlewares: publish(middlewares) },
    problems: [
      ...sorted.flatMap(({ problems }) => problems),
      ...routers.problems,
      ...services.problems,
      ...middlewares.problems,
    ],
    unrouted: sorted.flatMap(({ container, unrouted }) =>
      unrouted === undefined ? [] : [{ container, reason: unrouted }],
    ),
  };
}

/** Traefik's own order of containers (pkg/provider/docker/config.go): it decides which server comes first. */
function sortKey({ container }: Reading): string {
  return `${container.name}-${container.id}`;
}

function collect(kind: keyof Section, readings: readonly Reading[]): Map<string, Definition[]> {
  const definitions = new Map<string, Definition[]>();
  for (const { container, declaration } of readings) {
    for (const [name, options] of declaration?.http[kind] ?? []) {
      const same = definitions.get(name);
      if (same === undefined) definitions.set(name, [{ container, options }]);
      else same.push({ container, options });
    }
  }
  return definitions;
}

function publishNames({ byName, containers }: Merged, id: NetworkId): Map<string, Published> {
  return new Map(
    [...byName].map(([name, options]) => [
      privateName(name, id),
      { options: withPrivateReferences(options, id), containers: containers.get(name) ?? [] },
    ]),
  );
}
