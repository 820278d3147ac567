import { serviceName } from '../labels/container.ts';
import { nearest } from '../nearest.ts';
import { dnsLabel } from '../network/names.ts';
import { hostsOf } from '../rules/hosts.ts';
import { readRule } from '../rules/read-rule.ts';
import { shellWord } from '../shell-word.ts';
import { type Cause, cause } from './cause.ts';
import { composeFix, labelsFix } from './fixes.ts';
import type { RepositorySeen, Seen } from './seen.ts';
import { allRoutes } from './ways.ts';
import { missingService, placeOf, repositoryCause, servicesIn, whyUnrouted } from './without-route.ts';

/** Why nothing is routed for a host. */
export function missingHost(host: string, path: string, seen: Seen): Cause {
  return (
    otherPath(host, path, seen) ??
    wantedBy(host, seen) ??
    autoRouteOf(host, seen) ??
    writtenIn(host, seen) ??
    unknownHost(host, seen)
  );
}

function otherPath(host: string, path: string, seen: Seen): Cause | undefined {
  const same = allRoutes(seen).filter(({ route, protocol }) => hostsIn(protocol, route.rule).includes(host));
  const [first] = same;
  if (first === undefined) return undefined;
  const repository = seen.repositories.find(({ networkId }) => networkId === first.route.networkId);
  const container = repository?.containers.find(({ name }) => first.route.containers.includes(name));
  const why = `${host} has routes, but none for ${path}: ${same.map(({ route }) => route.rule).join('; ')}`;
  const text = 'Ask for a path that a rule lets in, or let this one in.';
  const rule =
    container &&
    Object.entries(container.labels).find(
      ([label, value]) => isRule(label) && value.toLowerCase().includes(host),
    );
  if (repository === undefined || container === undefined || rule === undefined)
    return cause('path-unrouted', why, { text });
  return cause(
    'path-unrouted',
    why,
    labelsFix(placeOf(seen, repository, container), { [rule[0]]: `Host(\`${host}\`)` }, text),
  );
}

export function hostsIn(protocol: string, rule: string): string[] {
  if (protocol === 'udp') return [];
  const read = readRule(protocol === 'tcp' ? 'tcp' : 'http', rule);
  return read === undefined ? [] : hostsOf(read);
}

const isRule = (label: string): boolean => /^traefik\.(http|tcp)\.routers\.[^.]+\.rule$/i.test(label);

/** A container whose rule names it, or that would have it for its auto-route, and that has no route all the same. */
function wantedBy(host: string, seen: Seen): Cause | undefined {
  const auto = readAutoHost(host, seen);
  for (const repository of seen.repositories)
    for (const container of repository.containers) {
      const isNamed = Object.entries(container.labels).some(
        ([label, value]) => isRule(label) && value.toLowerCase().includes(host),
      );
      const isAuto =
        auto?.networkId === repository.networkId && dnsLabel(serviceName(container)) === auto.service;
      if (isNamed || isAuto) return whyUnrouted(placeOf(seen, repository, container), seen, host);
    }
  return undefined;
}

type AutoHost = { readonly service: string; readonly networkId: number };

function readAutoHost(host: string, { door }: Seen): AutoHost | undefined {
  const ending = `.${door.baseDomain}`;
  if (door.baseDomain === undefined || !host.endsWith(ending)) return undefined;
  const [, service, id] = /^([^.]+)-(\d+)$/.exec(host.slice(0, -ending.length)) ?? [];
  return service === undefined ? undefined : { service, networkId: Number(id) };
}

/** A name of the auto-routes, of whose service there is no container. */
function autoRouteOf(host: string, seen: Seen): Cause | undefined {
  const auto = readAutoHost(host, seen);
  const repository = seen.repositories.find(({ networkId }) => networkId === auto?.networkId);
  if (auto === undefined || repository === undefined) return undefined;
  return (
    repositoryCause(repository, seen) ??
    missingService(auto.service, repository, seen) ??
    unknownService(auto.service, repository)
  );
}

function unknownService(service: string, repository: RepositorySeen): Cause {
  const known = servicesIn(repository);
  const meant = nearest(service, known);
  return cause('service-unknown', `${repository.name} has no service '${service}'`, {
    text: meant === undefined ? `There is ${known.join(', ') || 'none'}.` : `Did you mean '${meant}'?`,
  });
}

/** A compose file of a repository that names it. */
function writtenIn(host: string, seen: Seen): Cause | undefined {
  for (const repository of seen.repositories) {
    const source = repository.sources.find(({ text }) => text.toLowerCase().includes(host));
    if (source === undefined) continue;
    const down = repositoryCause(repository, seen);
    if (down !== undefined) return down;
    const service = serviceNaming(source.text, host, servicesIn(repository));
    const fix = composeFix(
      { door: seen.door, repository },
      ['up', '-d', ...(service === undefined ? [] : [service])],
      'Make its containers as it says.',
    );
    return cause(
      'container-missing',
      `${source.path} names ${host}, but no container of ${repository.name} does`,
      fix,
    );
  }
  return undefined;
}

/** The service above the line that names it. */
function serviceNaming(text: string, host: string, services: readonly string[]): string | undefined {
  const before = text.slice(0, text.toLowerCase().indexOf(host)).split('\n').reverse();
  return before
    .flatMap((line) => /^\s+([\w.-]+):\s*(?:\{|$)/.exec(line)?.[1] ?? [])
    .find((name) => services.includes(name));
}

function unknownHost(host: string, seen: Seen): Cause {
  const known = allRoutes(seen)
    .flatMap(({ protocol, route }) => hostsIn(protocol, route.rule))
    .filter((one) => one !== '*');
  const meant = nearest(host, known);
  return cause('host-unknown', `no repository has ${host}`, {
    text:
      meant === undefined
        ? `There is ${known.slice(0, 8).join(', ') || 'no host at all'}.`
        : `Did you mean ${meant}?`,
    ...(meant === undefined ? {} : { command: `renet explain ${shellWord(meant)}` }),
  });
}
