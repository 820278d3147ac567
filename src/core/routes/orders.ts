import { type Order, type Orders, orderKey } from '../certificates/order.ts';
import type { Options } from '../labels/decode.ts';
import { ALL, hostsOf } from '../rules/hosts.ts';
import { readRule } from '../rules/read-rule.ts';
import { domainNames } from './certificates.ts';
import type { Published, RepositoryRoutes } from './repository-routes.ts';

const PROTOCOLS = ['http', 'tcp'] as const;
type Protocol = (typeof PROTOCOLS)[number];

/** The orders that Traefik would make for a repository's routers (pkg/provider/acme/provider.go, watchNewDomains). */
export function ordersOf({ sections }: RepositoryRoutes): Orders {
  const orders = PROTOCOLS.flatMap((protocol) =>
    [...sections[protocol].routers.values()].flatMap(({ options }) => ordersOfRouter(protocol, options)),
  );
  return new Map(orders.map((order) => [orderKey(order), order]));
}

function ordersOfRouter(protocol: Protocol, { tls, rule }: Options): Order[] {
  const { certResolver, domains } = (tls ?? {}) as { certResolver?: unknown; domains?: Options[] };
  if (certResolver === undefined) return [];
  const resolver = String(certResolver);
  const named = (domains ?? []).map(domainNames).filter((names) => names.length > 0);
  if (named.length > 0) return named.map((names) => ({ resolver, names }));
  const read = readRule(protocol, String(rule));
  const names = read === undefined ? [] : hostsOf(read).filter((host) => host !== ALL);
  return names.length === 0 ? [] : [{ resolver, names }];
}

/** Routes as they are published while Traefik is not to make some of their orders: with TLS all the same. */
export function withoutHeld(routes: RepositoryRoutes, held: ReadonlySet<string>): RepositoryRoutes {
  if (held.size === 0) return routes;
  const { http, tcp } = routes.sections;
  const routersOf = (protocol: Protocol, routers: ReadonlyMap<string, Published>) =>
    new Map([...routers].map(([name, one]) => [name, withoutHeldOrders(protocol, one, held)]));
  return {
    ...routes,
    sections: {
      ...routes.sections,
      http: { ...http, routers: routersOf('http', http.routers) },
      tcp: { ...tcp, routers: routersOf('tcp', tcp.routers) },
    },
  };
}

function withoutHeldOrders(protocol: Protocol, published: Published, held: ReadonlySet<string>): Published {
  const { options } = published;
  const orders = ordersOfRouter(protocol, options);
  const kept = orders.filter((order) => !held.has(orderKey(order)));
  if (kept.length === orders.length) return published;
  const { certResolver, domains: _, ...rest } = options['tls'] as Options;
  const domains = kept.map(({ names: [main = '', ...sans] }) =>
    sans.length === 0 ? { main } : { main, sans },
  );
  const tls = kept.length === 0 ? rest : { ...rest, certResolver: String(certResolver), domains };
  return { ...published, options: { ...options, tls } };
}
