import { type Container, traefikName } from './container.ts';
import type { Options, Value } from './decode.ts';
import { completeRouter } from './http-router.ts';
import { addServer } from './http-server.ts';
import type { Problem } from './problem.ts';
import type { Section } from './sections.ts';
import type { LabelSettings } from './settings.ts';

export type Completed = { readonly section: Section; readonly problems: readonly Problem[] };

/**
 * Adds what HTTP labels leave out, as Traefik's Docker provider does (pkg/provider/docker/config.go and
 * pkg/provider/configuration.go): a service when none is named, the address and port of this container as its server, a
 * router when none is named, the default rule, the one service that a router can mean.
 *
 * @throws LabelError for what drops the whole container
 */
export function completeHttp(
  decoded: Options,
  context: { readonly container: Container; readonly address: string; readonly settings: LabelSettings },
): Completed {
  const named = toMap(decoded['services']);
  const name = traefikName(context.container);
  const services = new Map(
    named.size > 0
      ? [...named].map(([key, service]) => [key, addServer(key, service, context)])
      : [[name, addServer(name, { loadBalancer: {} }, context)]],
  );
  const routers = toMap(decoded['routers']);
  if (routers.size === 0 && services.size === 1) routers.set(name, {});
  const problems: Problem[] = [];
  const completed = new Map<string, Options>();
  for (const [key, router] of routers) {
    const result = completeRouter(key, router, { ...context, services: [...services.keys()] });
    problems.push(...result.problems);
    if (result.router !== undefined) completed.set(key, result.router);
  }
  return { section: { routers: completed, services, middlewares: toMap(decoded['middlewares']) }, problems };
}

function toMap(value: Value | undefined): Map<string, Options> {
  return value instanceof Map ? (new Map(value) as Map<string, Options>) : new Map();
}
