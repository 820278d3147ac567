import { type Container, traefikName } from '../labels/container.ts';
import type { Options } from '../labels/decode.ts';
import type { Problem } from '../labels/problem.ts';
import type { Reading } from '../labels/read-container.ts';
import { type Declaration, KINDS, type Kind, PROTOCOLS, type Protocol } from '../labels/sections.ts';
import type { NetworkId } from '../network/subnet.ts';
import { type Definition, type Merged, mergeDefinitions, type Place } from './merge.ts';
import { privateName, withPrivateReferences } from './private-names.ts';
import { danglingReferences } from './references.ts';

/** Something in the document, with the containers that it comes from. */
export type Published = Merged;
export type PublishedSection = Readonly<Record<Kind, ReadonlyMap<string, Published>>>;

/** What a repository contributes to the document, under the names that stand in it. */
export type RepositoryRoutes = {
  readonly networkId: NetworkId;
  readonly sections: Readonly<Record<Protocol, PublishedSection>>;
  /** TLS stores; they have no private names, since Traefik knows one, `default`. */
  readonly stores: ReadonlyMap<string, Published>;
  readonly problems: readonly Problem[];
  readonly unrouted: readonly { readonly container: Container; readonly reason: string }[];
};

/** The routes of one repository, from the readings of its containers. They depend on nothing else. */
export function buildRepositoryRoutes(networkId: NetworkId, readings: readonly Reading[]): RepositoryRoutes {
  const sorted = [...readings].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const problems = sorted.flatMap((reading) => reading.problems);
  const merge = (place: Place): ReadonlyMap<string, Merged> => {
    const merged = mergeDefinitions(place, collect(place, sorted));
    problems.push(...merged.problems);
    return merged.byName;
  };
  const section = (protocol: Protocol) => fill(KINDS, (kind) => merge({ protocol, kind }));
  const sections = fill(PROTOCOLS, section);
  const stores = merge({ protocol: 'tls', kind: 'stores' });
  problems.push(...danglingReferences(sections));
  return {
    networkId,
    sections: fill(PROTOCOLS, (protocol) =>
      fill(KINDS, (kind) => publish(sections[protocol][kind], networkId)),
    ),
    stores,
    problems,
    unrouted: sorted.flatMap(({ container, unrouted }) =>
      unrouted === undefined ? [] : [{ container, reason: unrouted }],
    ),
  };
}

function fill<K extends string, T>(keys: readonly K[], make: (key: K) => T): Record<K, T> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, T>;
}

/** Traefik's own order of containers (pkg/provider/docker/config.go): it decides which server comes first. */
function sortKey({ container }: Reading): string {
  return `${traefikName(container)}-${container.id}`;
}

function collect(place: Place, readings: readonly Reading[]): Map<string, Definition[]> {
  const definitions = new Map<string, Definition[]>();
  for (const { container, declaration } of readings) {
    if (declaration === undefined) continue;
    for (const [name, options] of declared(place, declaration)) {
      const same = definitions.get(name);
      if (same === undefined) definitions.set(name, [{ container, options }]);
      else same.push({ container, options });
    }
  }
  return definitions;
}

function declared(place: Place, { sections, stores }: Declaration): ReadonlyMap<string, Options> {
  return place.protocol === 'tls' ? stores : sections[place.protocol][place.kind];
}

function publish(byName: ReadonlyMap<string, Merged>, id: NetworkId): Map<string, Published> {
  return new Map(
    [...byName].map(([name, { options, containers }]) => [
      privateName(name, id),
      { options: withPrivateReferences(options, id), containers },
    ]),
  );
}
