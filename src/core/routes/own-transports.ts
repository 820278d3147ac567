import type { Options } from '../labels/decode.ts';
import type { Protocol } from '../labels/sections.ts';
import { type NetworkId, subnetContains } from '../network/subnet.ts';
import type { Merged } from './merge.ts';
import { privateName } from './private-names.ts';

type Services = Readonly<Record<Protocol, ReadonlyMap<string, Merged>>>;

/** Servers transports, by the names that are published; there are none of UDP. */
export type Transports = Readonly<Record<'http' | 'tcp', ReadonlyMap<string, Options>>>;

export const NO_TRANSPORTS: Transports = { http: new Map(), tcp: new Map() };

/** As Traefik's default one but for the certificate (`maxIdleConnsPerHost` is 200 there, and else 2). */
const OPTIONS: Readonly<Record<keyof Transports, Options>> = {
  http: { insecureSkipVerify: true, maxIdleConnsPerHost: 200 },
  tcp: { tls: { insecureSkipVerify: true } },
};

/**
 * Services whose containers speak TLS, with a servers transport that takes the certificate which they show: no authority
 * vouches for loopback addresses, and nobody else can listen on the repository's own. One that names a transport keeps it.
 *
 * @param services by the names that are published
 * @returns them, and the transports that they need
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/load-balancing/serverstransport/
 */
export function withOwnTransports(
  services: Services,
  id: NetworkId,
): { readonly services: Services; readonly transports: Transports } {
  const name = privateName('own-address', id);
  const http = withTransport(services.http, name, id);
  const tcp = withTransport(services.tcp, name, id);
  const transport = (protocol: keyof Transports, isUsed: boolean): Map<string, Options> =>
    new Map(isUsed ? [[name, OPTIONS[protocol]]] : []);
  return {
    services: { ...services, http, tcp },
    transports: {
      http: transport('http', http !== services.http),
      tcp: transport('tcp', tcp !== services.tcp),
    },
  };
}

/** The same map when nobody needs it. */
function withTransport(
  services: ReadonlyMap<string, Merged>,
  serversTransport: string,
  id: NetworkId,
): ReadonlyMap<string, Merged> {
  const changed = [...services].flatMap(([name, { options, containers }]): [string, Merged][] => {
    const loadBalancer = options['loadBalancer'] as Options | undefined;
    if (loadBalancer === undefined || !needsTransport(loadBalancer, id)) return [];
    return [
      [name, { options: { ...options, loadBalancer: { ...loadBalancer, serversTransport } }, containers }],
    ];
  });
  return changed.length === 0 ? services : new Map([...services, ...changed]);
}

function needsTransport({ serversTransport, servers = [] }: Options, id: NetworkId): boolean {
  const all = servers as readonly Options[];
  return serversTransport === undefined && all.length > 0 && all.every((server) => isOwnTls(server, id));
}

function isOwnTls({ url, address, tls }: Options, id: NetworkId): boolean {
  const target = tls === true ? `https://${address}` : String(url);
  return target.startsWith('https://') && subnetContains(id, URL.parse(target)?.hostname ?? '');
}
