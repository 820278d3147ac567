import { traefikName } from './container.ts';
import type { Options } from './decode.ts';
import type { Completed, Problem } from './problem.ts';
import { completeRouter } from './router.ts';
import {
  EMPTY_SECTION,
  namedOptions,
  PROTOCOLS,
  type Protocol,
  type Section,
  type Sections,
} from './sections.ts';
import { addServer } from './server.ts';
import type { LabelContext } from './settings.ts';

/**
 * Adds what labels leave out, as Traefik's Docker provider does (pkg/provider/docker/config.go and
 * pkg/provider/configuration.go): a service when none is named, the address and port of this container as its server, an HTTP
 * router when none is named, the default rule, the one service that a router can mean.
 *
 * A container that has TCP or UDP routers or services gets an HTTP route only if it says something of HTTP.
 *
 * @throws LabelError for what drops the whole container
 */
export function completeSections(decoded: Options, context: LabelContext): Completed<Sections> {
  const problems: Problem[] = [];
  const said: Sections = {
    http: read(decoded, 'http'),
    tcp: read(decoded, 'tcp'),
    udp: read(decoded, 'udp'),
  };
  const completed = (protocol: Protocol): Section => {
    if (!isAskedFor(protocol, said)) return said[protocol];
    const { value, problems: own } = completeSection(protocol, said[protocol], context);
    problems.push(...own);
    return value;
  };
  // In Traefik's order, so that the first error is the same.
  const [tcp, udp, http] = [completed('tcp'), completed('udp'), completed('http')];
  return { value: { http, tcp, udp }, problems };
}

function read(decoded: Options, protocol: Protocol): Section {
  const options = decoded[protocol] as Options | undefined;
  if (options === undefined) return EMPTY_SECTION;
  return {
    routers: namedOptions(options['routers']),
    services: namedOptions(options['services']),
    middlewares: namedOptions(options['middlewares']),
  };
}

function isAskedFor(protocol: Protocol, said: Sections): boolean {
  const { routers, services, middlewares } = said[protocol];
  const asks = routers.size > 0 || services.size > 0;
  if (protocol !== 'http') return asks;
  const others = PROTOCOLS.some((other) => other !== 'http' && isAskedFor(other, said));
  return asks || middlewares.size > 0 || !others;
}

function completeSection(protocol: Protocol, said: Section, context: LabelContext): Completed<Section> {
  const name = traefikName(context.container);
  const named: ReadonlyMap<string, Options> =
    said.services.size > 0 ? said.services : new Map([[name, { loadBalancer: {} }]]);
  const services = new Map(
    [...named].map(([key, service]) => [key, addServer({ protocol, name: key, service }, context)]),
  );
  const routers =
    protocol === 'http' && said.routers.size === 0 && services.size === 1
      ? new Map([[name, {}]])
      : said.routers;
  const problems: Problem[] = [];
  const completed = new Map<string, Options>();
  for (const [key, router] of routers) {
    const result = completeRouter({ protocol, name: key, router, services: [...services.keys()] }, context);
    problems.push(...result.problems);
    if (result.value !== undefined) completed.set(key, result.value);
  }
  return { value: { routers: completed, services, middlewares: said.middlewares }, problems };
}
