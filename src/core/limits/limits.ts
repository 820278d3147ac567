import type { Container } from '../labels/container.ts';
import type { Options, Value } from '../labels/decode.ts';
import { labelOf } from '../labels/label-of.ts';
import { type Completed, type Problem, problem } from '../labels/problem.ts';
import { ownName, referencesIn } from '../labels/references.ts';
import {
  type Declaration,
  KINDS,
  type Kind,
  PROTOCOLS,
  type Protocol,
  recordOf,
  type Section,
} from '../labels/sections.ts';
import { checkEndpoint, checkUrl, type Reach, type Target } from './address.ts';

/** A router, service or middleware, with what is needed to tell of it. */
type Item = {
  readonly container: Container;
  readonly protocol: Protocol;
  readonly kind: Kind;
  readonly name: string;
};

/**
 * What a tenant's labels may say. Traefik stands outside every isolation: it reads files, asks addresses and knows services
 * that containers must not reach through it. What goes too far is left out, with a problem; Traefik then switches off
 * whatever leads there, so that nothing is served without the middleware that was to protect it.
 */
export function limitDeclaration(
  declaration: Declaration,
  container: Container,
  reach: Reach,
): Completed<Declaration> {
  const problems: Problem[] = [];
  const limit = (protocol: Protocol, kind: Kind): ReadonlyMap<string, Options> => {
    const given = declaration.sections[protocol][kind];
    if (given.size === 0) return given;
    return new Map(
      [...given].flatMap(([name, options]): [string, Options][] => {
        const limited = limitOptions({ container, protocol, kind, name }, options, reach);
        if (!('code' in limited)) return [[name, limited.options]];
        problems.push(limited);
        return [];
      }),
    );
  };
  const sections = recordOf(
    PROTOCOLS,
    (protocol): Section => recordOf(KINDS, (kind) => limit(protocol, kind)),
  );
  for (const name of declaration.stores.keys()) problems.push(refuseStore(container, name));
  return { value: { ...declaration, sections, stores: new Map() }, problems };
}

function limitOptions(item: Item, options: Options, reach: Reach): { options: Options } | Problem {
  const foreign = referencesIn(options).find(
    ({ to, reference }) => to === 'services' && ownName(reference) === undefined,
  );
  if (foreign !== undefined) return refuseService(item, foreign.reference, foreign.path);
  const file = findFile(options, '');
  if (file !== undefined) return refuseFile(item, file);
  let refusal: Problem | undefined;
  const check = (path: string, target: Target): string => {
    if ('allowed' in target) return target.allowed;
    refusal ??= refuseAddress(item, path, target.refused);
    return '';
  };
  const changed =
    item.kind === 'services' ? limitServers(options, check, reach) : limitCalls(options, check, reach);
  return refusal ?? { options: changed };
}

type Check = (path: string, target: Target) => string;

function limitServers(service: Options, check: Check, reach: Reach): Options {
  const loadBalancer = service['loadBalancer'] as Options | undefined;
  const servers = loadBalancer?.['servers'] as Options[] | undefined;
  if (servers === undefined) return service;
  const checked = servers.map((server): Options => {
    const { url } = server;
    return typeof url === 'string'
      ? { ...server, url: check('loadbalancer.server.url', checkUrl(url, reach)) }
      : server;
  });
  return { ...service, loadBalancer: { ...loadBalancer, servers: checked } };
}

/** Middlewares that ask somebody: forwardAuth, and rateLimit, which counts in a Redis on localhost if it is not told where. */
function limitCalls(middleware: Options, check: Check, reach: Reach): Options {
  const forwardAuth = middleware['forwardAuth'] as Options | undefined;
  if (typeof forwardAuth?.['address'] === 'string') {
    const address = check('forwardauth.address', checkUrl(forwardAuth['address'], reach));
    return { ...middleware, forwardAuth: { ...forwardAuth, address } };
  }
  const rateLimit = middleware['rateLimit'] as Options | undefined;
  const redis = rateLimit?.['redis'] as Options | undefined;
  if (redis === undefined) return middleware;
  const endpoints = ((redis['endpoints'] ?? ['localhost:6379']) as string[]).map((endpoint) =>
    check('ratelimit.redis.endpoints', checkEndpoint(endpoint, reach)),
  );
  return { ...middleware, rateLimit: { ...rateLimit, redis: { ...redis, endpoints } } };
}

/** The path of an option that names a file of the machine. TLS options may hold the certificate itself. */
function findFile(options: Options, parent: string): string | undefined {
  for (const [key, value] of Object.entries(options)) {
    const path = parent === '' ? key : `${parent}.${key}`;
    if (isFile(path, value)) return path;
    const isStruct = typeof value === 'object' && !Array.isArray(value) && !(value instanceof Map);
    const inner = isStruct ? findFile(value, path) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function isFile(path: string, value: Value): boolean {
  if (typeof value !== 'string' || value === '') return false;
  if (/(^|\.)usersFile$/.test(path)) return true;
  return /(^|\.)tls\.(ca|cert|key)$/.test(path) && !value.startsWith('-----BEGIN ');
}

function refuseService(item: Item, service: string, path: string): Problem {
  return refuse(item, 'service-forbidden', {
    path,
    reason: `'${service}' is a service of Traefik's or of the operator's, not of the repository`,
  });
}

function refuseFile(item: Item, path: string): Problem {
  return refuse(item, 'file-forbidden', {
    path,
    reason: `the ${item.kind.slice(0, -1)} '${item.name}' names a file of the machine, which is read outside the repository`,
  });
}

function refuseAddress(item: Item, path: string, reason: string): Problem {
  return refuse(item, 'address-forbidden', { path, reason });
}

const TRUST = "The operator may allow it with 'renet repo trust'.";
const FIXES = {
  'service-forbidden': `Name a service of the repository. ${TRUST}`,
  'file-forbidden': `Write the content into the label instead, as in basicauth.users. ${TRUST}`,
  'address-forbidden': `Name a service of the repository, or a host on the internet. ${TRUST}`,
} as const;

function refuse(
  { container, protocol, kind, name }: Item,
  code: keyof typeof FIXES,
  { path, reason }: { path: string; reason: string },
): Problem {
  const { label } = labelOf(container, `${protocol}.${kind}.${name}.${path}`);
  return problem(container, code, { label, reason, fix: FIXES[code] });
}

function refuseStore(container: Container, name: string): Problem {
  return problem(container, 'store-forbidden', {
    label: labelOf(container, `tls.stores.${name}`).label,
    reason: 'the default certificate is for every host of the machine that has none of its own',
    fix: `Set tls.certresolver or tls.domains on a router instead. ${TRUST}`,
  });
}
