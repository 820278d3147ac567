import { type Claimant, claimsOf } from '../claims/router-claims.ts';
import { readAddress } from '../labels/address.ts';
import { isAutoRoute } from '../labels/auto-route.ts';
import { type Container, serviceName, traefikName } from '../labels/container.ts';
import type { Options } from '../labels/decode.ts';
import type { Problem } from '../labels/problem.ts';
import type { PublicPort } from '../labels/public-ports.ts';
import type { Reading } from '../labels/read-container.ts';
import { type Declaration, KINDS, PROTOCOLS, type Protocol, recordOf } from '../labels/sections.ts';
import type { LabelSettings } from '../labels/settings.ts';
import { limitDeclaration } from '../limits/limits.ts';
import type { NetworkId } from '../network/subnet.ts';
import { danglingReferences } from './dangling-references.ts';
import { type Definition, type Merged, type MergedSections, mergeDefinitions, type Place } from './merge.ts';
import { NO_TRANSPORTS, type Transports, withOwnTransports } from './own-transports.ts';
import { privateName, withPrivateReferences } from './private-names.ts';

/** Something in the document, with the containers that it comes from. */
export type Published = Merged;

/** A router with what it wants for its repository alone. */
export type RouterClaims = { readonly claimant: Claimant; readonly keys: readonly string[] };

/** What a repository contributes to the document, under the names that stand in it. */
export type RepositoryRoutes = {
  readonly networkId: NetworkId;
  readonly sections: MergedSections;
  /** TLS stores; they have no private names, since Traefik knows one, `default`. */
  readonly stores: ReadonlyMap<string, Published>;
  /** Servers transports for containers that speak TLS. */
  readonly transports: Transports;
  readonly claims: readonly RouterClaims[];
  readonly publicPorts: readonly PublicPort[];
  readonly problems: readonly Problem[];
  readonly unrouted: readonly { readonly container: Container; readonly reason: string }[];
};

/** The routes that a repository asks for, from the readings of its containers. They depend on nothing else. */
export function buildRepositoryRoutes(
  networkId: NetworkId,
  readings: readonly Reading[],
  settings: LabelSettings,
): RepositoryRoutes {
  const sorted = readings
    .map((reading) => ({ reading, key: sortKey(reading) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ reading }) => reading);
  const problems = sorted.flatMap((reading) => reading.problems);
  const declarations = settings.trusted ? sorted : limitAll(networkId, sorted, problems);
  const merge = (place: Place): ReadonlyMap<string, Merged> => {
    const merged = mergeDefinitions(place, collect(place, declarations));
    problems.push(...merged.problems);
    return merged.byName;
  };
  const merged = recordOf(PROTOCOLS, (protocol) => recordOf(KINDS, (kind) => merge({ protocol, kind })));
  problems.push(...danglingReferences(merged));
  const { claims, routers } = claimRouters(merged, settings, problems);
  const publish = (byName: ReadonlyMap<string, Merged>) => publishNames(byName, networkId);
  const named = recordOf(PROTOCOLS, (protocol) => publish(merged[protocol].services));
  const { services, transports } = settings.trusted
    ? { services: named, transports: NO_TRANSPORTS }
    : withOwnTransports(named, networkId);
  return {
    networkId,
    sections: recordOf(PROTOCOLS, (protocol) => ({
      routers: publish(routers[protocol]),
      services: services[protocol],
      middlewares: publish(merged[protocol].middlewares),
    })),
    stores: merge({ protocol: 'tls', kind: 'stores' }),
    transports,
    claims,
    publicPorts: sorted.flatMap(({ publicPorts = [] }) => publicPorts),
    problems,
    unrouted: sorted.flatMap(({ container, unrouted }) =>
      unrouted === undefined ? [] : [{ container, reason: unrouted }],
    ),
  };
}

function limitAll(networkId: NetworkId, readings: readonly Reading[], problems: Problem[]): Reading[] {
  const services = new Map(
    readings.flatMap(({ container }): [string, string][] => {
      const address = readAddress(container, false);
      return typeof address === 'string' ? [[serviceName(container), address]] : [];
    }),
  );
  return readings.map((reading) => {
    if (reading.declaration === undefined) return reading;
    const limited = limitDeclaration(reading.declaration, reading.container, { networkId, services });
    problems.push(...limited.problems);
    return { ...reading, declaration: limited.value };
  });
}

/** Routers that cannot be told what they claim are left out, unless the operator trusts them. Auto-routes have reserved names. */
function claimRouters(
  merged: MergedSections,
  settings: LabelSettings,
  problems: Problem[],
): { claims: RouterClaims[]; routers: Record<Protocol, Map<string, Merged>> } {
  const claims: RouterClaims[] = [];
  const routers = recordOf(PROTOCOLS, (protocol) => new Map(merged[protocol].routers));
  for (const protocol of PROTOCOLS) {
    for (const [name, { options, containers }] of merged[protocol].routers) {
      const [container] = containers;
      if (container === undefined || isAutoRoute(name)) continue;
      const claimant = { protocol, name, router: options, container };
      const wanted = claimsOf(claimant, settings);
      if ('keys' in wanted) claims.push({ claimant, keys: wanted.keys });
      else if (!settings.trusted) {
        problems.push(wanted);
        routers[protocol].delete(name);
      }
    }
  }
  return { claims, routers };
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

function publishNames(byName: ReadonlyMap<string, Merged>, id: NetworkId): Map<string, Published> {
  return new Map(
    [...byName].map(([name, { options, containers }]) => [
      privateName(name, id),
      { options: withPrivateReferences(options, id), containers },
    ]),
  );
}
