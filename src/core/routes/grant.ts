import { nameOfKey, tellKey } from '../claims/keys.ts';
import { leaseKey } from '../claims/leases.ts';
import type { Outcome } from '../claims/outcome.ts';
import type { Claimant } from '../claims/router-claims.ts';
import type { Options } from '../labels/decode.ts';
import { withTwins } from '../labels/entry-points.ts';
import { labelOf } from '../labels/label-of.ts';
import { type Problem, problem } from '../labels/problem.ts';
import type { Protocol } from '../labels/sections.ts';
import type { LabelSettings } from '../labels/settings.ts';
import { streamName } from '../network/ports.ts';
import type { NetworkId } from '../network/subnet.ts';
import { wildcardResolver } from '../resolver-names.ts';
import { chooseCertificate } from './certificates.ts';
import { privateName } from './private-names.ts';
import type { Published, RepositoryRoutes } from './repository-routes.ts';

export type GrantContext = {
  readonly outcome: Outcome;
  readonly settings: LabelSettings;
  /** A repository's name, as operators know it. */
  readonly nameOf: (id: NetworkId) => string;
};

type Routers = Record<Protocol, Map<string, Published>>;
type Services = Record<'tcp' | 'udp', Map<string, Published>>;

/**
 * The routes of a repository that are published: without the routers whose hosts or ports another repository has, and with
 * the public ports that it has been given.
 */
export function grantRoutes(routes: RepositoryRoutes, context: GrantContext): RepositoryRoutes {
  const { http, tcp, udp } = routes.sections;
  const routers: Routers = {
    http: new Map(http.routers),
    tcp: new Map(tcp.routers),
    udp: new Map(udp.routers),
  };
  const services: Services = { tcp: new Map(tcp.services), udp: new Map(udp.services) };
  const problems = context.settings.trusted ? [] : [...settleClaims(routes, routers, context)];
  problems.push(...addLeases(routes, { routers, services }, context));
  return {
    ...routes,
    sections: {
      http: { ...http, routers: routers.http },
      tcp: { ...tcp, routers: routers.tcp, services: services.tcp },
      udp: { ...udp, routers: routers.udp, services: services.udp },
    },
    problems: [...routes.problems, ...problems],
  };
}

function* settleClaims(
  { networkId, claims }: RepositoryRoutes,
  routers: Routers,
  context: GrantContext,
): Generator<Problem> {
  const { refused, contested } = context.outcome;
  const owned = new Set([...claims].flatMap(({ keys }) => keys).filter((key) => !refused.has(key)));
  for (const { claimant, keys } of claims) {
    const place = routers[claimant.protocol];
    const name = privateName(claimant.name, networkId);
    for (const key of keys) {
      const holder = refused.get(key);
      if (holder !== undefined) yield taken(claimant, key, context.nameOf(holder));
      const others = contested.get(key);
      if (others !== undefined) yield isContested(claimant, key, others.map(context.nameOf));
    }
    if (keys.some((key) => refused.has(key))) {
      place.delete(name);
      continue;
    }
    const published = place.get(name);
    const tls = published?.options['tls'] as Options | undefined;
    if (published === undefined || tls === undefined || claimant.protocol === 'udp') continue;
    const certificate = chooseCertificate(tls, { hosts: keys, owned, ...wildcardOf(context.settings) });
    place.set(name, { ...published, options: { ...published.options, tls: certificate.tls } });
    for (const domain of certificate.foreign) yield isForeign(claimant, domain);
  }
}

function wildcardOf({ baseDomain, certResolvers }: LabelSettings): {
  wildcard?: { baseDomain: string; resolver: string };
} {
  const resolver = wildcardResolver(certResolvers);
  return baseDomain === undefined || resolver === undefined ? {} : { wildcard: { baseDomain, resolver } };
}

function* addLeases(
  { networkId, publicPorts }: RepositoryRoutes,
  { routers, services }: { routers: Routers; services: Services },
  { outcome, settings, nameOf }: GrantContext,
): Generator<Problem> {
  for (const { container, protocol, service, address, target } of publicPorts) {
    const lease = outcome.leases.get(leaseKey({ networkId, protocol, service, target }));
    if (lease === undefined) {
      yield problem(container, 'ports-exhausted', {
        label: `rediacc.${protocol}_ports`,
        reason: noneLeft(protocol, outcome.holders.map(nameOf)),
        fix: 'Remove the label where it is not needed, or enlarge the range.',
      });
      continue;
    }
    // Labels cannot name a router so: they are split at the dots.
    const entryPoint = streamName(lease);
    const name = privateName(`port.${entryPoint}`, networkId);
    const rule = protocol === 'tcp' ? { rule: 'HostSNI(`*`)' } : {};
    const entryPoints = withTwins([entryPoint], settings);
    const containers = [container];
    routers[protocol].set(name, { containers, options: { ...rule, entryPoints, service: name } });
    const servers = [{ address: `${address}:${target}` }];
    services[protocol].set(name, { containers, options: { loadBalancer: { servers } } });
  }
}

function noneLeft(protocol: 'tcp' | 'udp', holders: readonly string[]): string {
  if (holders.length === 0) return `this machine hands out no ${protocol.toUpperCase()} ports`;
  return `all ${protocol.toUpperCase()} ports of the dynamic range are taken, by ${holders.join(', ')}`;
}

function ruleLabel({ protocol, name, container }: Claimant): string {
  return labelOf(container, `${protocol}.routers.${name}.${protocol === 'udp' ? 'entrypoints' : 'rule'}`)
    .label;
}

function taken(claimant: Claimant, key: string, holder: string): Problem {
  return problem(claimant.container, 'host-taken', {
    label: ruleLabel(claimant),
    part: { wrong: nameOfKey(key) },
    reason: `${tellKey(key)} belongs to the repository ${holder}, which had it first`,
    fix: `Use another, or let the operator say 'renet host release ${nameOfKey(key)}'.`,
  });
}

function isContested(claimant: Claimant, key: string, others: readonly string[]): Problem {
  return problem(claimant.container, 'host-contested', {
    label: ruleLabel(claimant),
    part: { wrong: nameOfKey(key) },
    reason: `${tellKey(key)} is wanted by ${others.join(', ')} as well; this repository had it first and keeps it`,
    fix: `Nothing has to be done. 'renet host release ${nameOfKey(key)}' would give it to the next.`,
  });
}

function isForeign({ protocol, name, container }: Claimant, domain: string): Problem {
  return problem(container, 'certificate-foreign', {
    label: labelOf(container, `${protocol}.routers.${name}.tls.domains`).label,
    part: { wrong: domain },
    reason: `no router of the repository has the host '${domain}', so it gets no certificate for it`,
    fix: 'Remove it, or name it in a rule.',
  });
}
