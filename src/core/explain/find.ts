import { SERVICE_PORT_LABEL } from '../labels/auto-route.ts';
import { serviceName } from '../labels/container.ts';
import { nearest } from '../nearest.ts';
import { progressOf } from '../repository/container-state.ts';
import type { Rule } from '../rules/parse.ts';
import { readRule } from '../rules/read-rule.ts';
import { shellWord } from '../shell-word.ts';
import { type Cause, cause } from './cause.ts';
import { missingHost } from './missing-host.ts';
import { unopened, unrouted } from './missing-port.ts';
import type { ContainerSeen, RepositorySeen, Seen } from './seen.ts';
import type { Subject } from './subject.ts';
import { allRoutes, type Routed, type Way, waysOf } from './ways.ts';
import {
  missingService,
  placeOf,
  problemsOf,
  repositoryCause,
  servicesIn,
  whyUnrouted,
} from './without-route.ts';

/** The ways that somebody asks about, or why there is none. */
export type Found = { readonly ways: readonly Way[] } | { readonly cause: Cause };

export function findWays(subject: Subject, seen: Seen): Found {
  if (subject.kind === 'host') return findHost(subject.host, subject.path, seen);
  return subject.kind === 'port' ? findPort(subject, seen) : findName(subject, seen);
}

function findHost(host: string, path: string, seen: Seen): Found {
  const fitting = allRoutes(seen).filter(({ protocol, route }) => {
    const rule = protocol === 'udp' ? undefined : readRule(protocol, route.rule);
    return rule !== undefined && lets(rule, { host, path });
  });
  // Traefik takes the longest rule first, unless a router says otherwise.
  const [best] = fitting.toSorted((a, b) => b.route.rule.length - a.route.rule.length);
  const ways = best === undefined ? [] : waysOf(best, seen);
  const [way] = ways.filter((one) => one.check.host === host);
  const asked = way ?? ways[0];
  if (asked === undefined) return { cause: missingHost(host, path, seen) };
  return {
    ways: [{ ...asked, check: { ...asked.check, host, path: path === '/' ? asked.check.path : path } }],
  };
}

/** Whether a rule lets a request in, as far as host and path decide. */
function lets(rule: Rule, asked: { readonly host: string; readonly path: string }): boolean {
  if (rule.kind !== 'match') {
    const [left, right] = [lets(rule.left, asked), lets(rule.right, asked)];
    return rule.kind === 'and' ? left && right : left || right;
  }
  const { matcher, values, not } = rule;
  const [value = ''] = values;
  if (/^Host(SNI|Header)?$/.test(matcher))
    return values.some((one) => isHost(asked.host, one.toLowerCase())) !== not;
  if (asked.path === '/' || !/^Path(Prefix)?$/.test(matcher)) return true;
  return (matcher === 'Path' ? asked.path === value : asked.path.startsWith(value)) !== not;
}

function isHost(host: string, named: string): boolean {
  return named === host || (named.startsWith('*.') && host.slice(host.indexOf('.')) === named.slice(1));
}

function findPort({ protocol, port }: Extract<Subject, { kind: 'port' }>, seen: Seen): Found {
  const entryPoint = seen.door.entryPoints.find((one) => one.port === port && one.protocol === protocol);
  if (entryPoint === undefined) return { cause: unopened(protocol, port, seen) };
  const isWeb = entryPoint.name.startsWith('web');
  const routes = allRoutes(seen).filter(
    ({ route: { entryPoints }, ...one }) =>
      (one.protocol === 'udp') === (protocol === 'udp') &&
      (entryPoints.includes(entryPoint.name) || (isWeb && one.protocol === 'http')),
  );
  // Of the ports that all pages share one page is enough.
  const ways = (isWeb ? routes.slice(0, 1) : routes).flatMap((one) => waysOf(one, seen));
  if (ways.length > 0) return { ways };
  return { cause: unrouted(entryPoint.name, { protocol, port }, seen) };
}

function findName({ name, repository }: Extract<Subject, { kind: 'name' }>, seen: Seen): Found {
  const among = seen.repositories.filter((one) => repository === undefined || one.name === repository);
  const named = among.flatMap((one) =>
    one.containers
      .filter((container) => isCalled(container, name))
      .map((container) => ({ repository: one, container })),
  );
  if (named.length > 0) return ofContainers(named, seen);
  const whole = repository === undefined ? seen.repositories.find((one) => one.name === name) : undefined;
  if (whole !== undefined) {
    const down = repositoryCause(whole, seen);
    if (down !== undefined) return { cause: down };
    const running = whole.containers.filter((one) => !isDone(one));
    if (running.length > 0)
      return ofContainers(
        running.map((container) => ({ repository: whole, container })),
        seen,
      );
  }
  for (const one of among) {
    const missing = missingService(name, one, seen);
    if (missing !== undefined) return { cause: missing };
  }
  const host = findHost(name, '/', seen);
  return 'ways' in host ? host : { cause: unknownName(name, among) };
}

/** A task that has come to its end, or one of `compose run`: of a repository as a whole nobody expects more of it. */
function isDone(container: ContainerSeen): boolean {
  const { status, labels } = container;
  return (
    (status === 'exited' && progressOf(container) === 'fine') ||
    labels['com.docker.compose.oneoff'] === 'True'
  );
}

function isCalled(container: ContainerSeen, name: string): boolean {
  return container.name === name || serviceName(container) === name;
}

type Named = { readonly repository: RepositorySeen; readonly container: ContainerSeen };

/** The ways to them; the first that has none, though it should, is the cause. */
function ofContainers(named: readonly Named[], seen: Seen): Found {
  const ways: Way[] = [];
  for (const { repository, container } of named) {
    const place = placeOf(seen, repository, container);
    const own = allRoutes(seen).filter((one) => leadsTo(one, place));
    if (problemsOf(place, seen).length > 0 || own.length === 0) {
      const found = whyUnrouted(place, seen);
      // Of a whole repository, services that are to have no route are as they should be.
      if (named.length === 1 || !['port-not-http', 'route-disabled'].includes(found.code))
        return { cause: found };
    }
    ways.push(...promised(own, container).flatMap((one) => waysOf(one, seen)));
  }
  return { ways };
}

/** Beside what its labels ask for, nobody has said that its auto-route answers: it may not speak HTTP. */
function promised(own: readonly Routed[], { labels }: ContainerSeen): readonly Routed[] {
  const asked = own.filter(
    ({ route }) => route.tier === 'labels' || labels[SERVICE_PORT_LABEL] !== undefined,
  );
  return asked.length > 0 ? asked : own;
}

function leadsTo({ route }: Routed, { repository, container }: Named): boolean {
  return route.networkId === repository.networkId && route.containers.includes(container.name);
}

function unknownName(name: string, among: readonly RepositorySeen[]): Cause {
  const known = [...among.map((one) => one.name), ...among.flatMap((one) => servicesIn(one))];
  const meant = nearest(name, known);
  return cause('name-unknown', `there is no service, container or repository '${name}'`, {
    text: meant === undefined ? `There is ${known.join(', ') || 'none'}.` : `Did you mean '${meant}'?`,
    ...(meant === undefined ? {} : { command: `renet explain ${shellWord(meant)}` }),
  });
}
