/** Where things are on a server. */
export const PLACES = {
  /** Programs by what is in them, `renet-0123456789abcdef`: an upload never touches one that runs. */
  programs: '/usr/local/lib/rediacc',
  /** Stand-ins for programs that a Rediaccfile is not to call as they are. */
  shims: '/usr/local/lib/rediacc-shims',
  /** What stands before runc, so that the kernel knows whose a container is. */
  isolation: '/usr/local/lib/rediacc-isolation',
  /** A link to the one in use. */
  renet: '/usr/local/bin/renet',
  infra: '/etc/rediacc/infra.json',
  staticConfig: '/etc/rediacc/traefik.yml',
  /** The operator's own dynamic configuration, which Traefik watches. */
  dynamicFolder: '/etc/rediacc/traefik.d',
  challengeConfig: '/etc/rediacc/traefik.d/zz-acme-challenge.yml',
  secrets: '/etc/rediacc/secrets',
  /** Who vouches for a private ACME server. */
  acmeCa: '/etc/rediacc/acme-ca.pem',
  /** Traefik's own: certificates and what it orders them with. */
  proxyState: '/var/lib/rediacc/proxy',
  units: '/etc/systemd/system',
  accessLog: '/var/log/rediacc/access.log',
} as const;

export const ROUTER_UNIT = 'rediacc-router.service';
export const ROUTER_SOCKET = 'rediacc-router.socket';
export const PROXY_UNIT = 'rediacc-proxy.service';
/** Loads what keeps repositories apart, and a socket behind which somebody tries whether it does. */
export const ISOLATION_UNIT = 'rediacc-isolation.service';
export const PROBE_SOCKET = 'rediacc-probe.socket';
export const ADDRESS_TIMER = 'rediacc-address.timer';
export const ADDRESS_UNIT = 'rediacc-address.service';

/** The users of the two services, and the group that may use the repositories' Docker sockets. */
export const ROUTER_USER = 'rediacc-router';
export const PROXY_USER = 'rediacc-proxy';
export const DOCKER_GROUP = 'rediacc';

/** The socket unit of an entrypoint. */
export function socketUnit(entryPoint: string): string {
  return `rediacc-proxy-${entryPoint}.socket`;
}

/** The name of a program by its SHA-256, in hexadecimal. */
export function programPath(name: 'renet' | 'traefik', digest: string): string {
  return `${PLACES.programs}/${name}-${digest.slice(0, 16)}`;
}
