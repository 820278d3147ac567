import type { Container } from './container.ts';
import type { Options } from './decode.ts';
import { LabelError } from './label-error.ts';
import { labelOf } from './label-of.ts';

type Context = { readonly container: Container; readonly address: string };

/** The service with this container as its only server. */
export function addServer(name: string, service: Options, context: Context): Options {
  const loadBalancer = service['loadBalancer'] as Options | undefined;
  const label = labelOf(context.container, `http.services.${name}`);
  if (loadBalancer === undefined) {
    throw new LabelError(
      { ...label, code: 'load-balancer-missing' },
      `the service '${name}' has no load balancer`,
      `Name its port: traefik.http.services.${name}.loadbalancer.server.port=8080.`,
    );
  }
  const [server = {}] = (loadBalancer['servers'] ?? []) as Options[];
  return { ...service, loadBalancer: { ...loadBalancer, servers: [completeServer(server, label, context)] } };
}

function completeServer(server: Options, label: { label: string; value: string }, context: Context): Options {
  const { url, scheme, port, ...rest } = server;
  if (url !== undefined && url !== '') {
    if (!scheme && !port) return { ...rest, url };
    throw new LabelError(
      { ...label, code: 'url-with-port' },
      'a server has either a url or a scheme and port',
      'Remove one of them.',
    );
  }
  const found = port || context.container.exposedPorts[0];
  if (found === undefined) {
    throw new LabelError(
      { ...label, code: 'port-missing' },
      'no label names its port, and its image exposes none',
      'Name it: traefik.http.services.NAME.loadbalancer.server.port=8080.',
    );
  }
  return { ...rest, url: `${scheme || 'http'}://${context.address}:${found}` };
}
