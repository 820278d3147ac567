import type { Options } from './decode.ts';
import { LabelError } from './label-error.ts';
import { labelOf } from './label-of.ts';
import type { Protocol } from './sections.ts';
import type { LabelContext } from './settings.ts';

type NamedService = { readonly protocol: Protocol; readonly name: string; readonly service: Options };
/** Where it is said; looked up when there is something to say of it. */
type Place = () => { readonly label: string; readonly value: string };

/**
 * The service with this container as its only server.
 *
 * @throws LabelError when there is no load balancer, or no port
 */
export function addServer({ protocol, name, service }: NamedService, context: LabelContext): Options {
  const loadBalancer = service['loadBalancer'] as Options | undefined;
  if (!context.container.serving) return withoutServer(service, loadBalancer);
  const place: Place = () => labelOf(context.container, `${protocol}.services.${name}`);
  if (loadBalancer === undefined) {
    throw new LabelError(
      { ...place(), code: 'load-balancer-missing' },
      `the service '${name}' has no load balancer`,
      `Name its port: traefik.${protocol}.services.${name}.loadbalancer.server.port=8080.`,
    );
  }
  const [server = {}] = (loadBalancer['servers'] ?? []) as Options[];
  const completed =
    protocol === 'http'
      ? httpServer(server, place, context)
      : streamServer(protocol, server, { place, context });
  return { ...service, loadBalancer: { ...loadBalancer, servers: [completed] } };
}

/** What Traefik keeps of a container that does not run: its options, and a server that says no address. */
function withoutServer(service: Options, loadBalancer: Options | undefined): Options {
  if (loadBalancer === undefined) return service;
  const servers = ((loadBalancer['servers'] ?? []) as Options[]).map(
    ({ port: _, scheme: __, ...rest }) => rest,
  );
  return { ...service, loadBalancer: { ...loadBalancer, servers } };
}

function httpServer(server: Options, place: Place, context: LabelContext): Options {
  const { url, scheme, port, ...rest } = server;
  if (url !== undefined && url !== '') {
    if (!scheme && !port) return { ...rest, url };
    throw new LabelError(
      { ...place(), code: 'url-with-port' },
      'a server has either a url or a scheme and port',
      'Remove one of them.',
    );
  }
  const found = port || context.container.ports?.tcp[0] || refusePort('http', place);
  return { ...rest, url: `${scheme || 'http'}://${context.address}:${found}` };
}

function streamServer(
  protocol: 'tcp' | 'udp',
  { port, ...rest }: Options,
  { place, context }: { place: Place; context: LabelContext },
): Options {
  const found = port || context.container.ports?.[protocol][0] || refusePort(protocol, place);
  return { ...rest, address: `${context.address}:${found}` };
}

function refusePort(protocol: Protocol, place: Place): never {
  throw new LabelError(
    { ...place(), code: 'port-missing' },
    `no label names its port, and its image exposes none${protocol === 'udp' ? ' for UDP' : ''}`,
    `Name it: traefik.${protocol}.services.NAME.loadbalancer.server.port=8080.`,
  );
}
