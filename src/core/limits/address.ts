import { type NetworkId, subnetContains } from '../network/subnet.ts';

/** Who may be asked: whose repository it is, and where its services listen. */
export type Reach = {
  readonly networkId: NetworkId;
  /** Addresses of the repository's services by name. */
  readonly services: ReadonlyMap<string, string>;
};

export type Target = { readonly allowed: string } | { readonly refused: string };

/** Without a user: what stands before an @ could look like a host. */
const URL_FORM = /^(https?|h2c):\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)((?::\d{1,5})?(?:[/?#].*)?)$/is;
const ENDPOINT_FORM = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;

/**
 * Whether Traefik, which stands outside every repository, may ask an address for one of them: not when it is the machine
 * itself or its local network link. Names of the repository's services are replaced by their addresses.
 *
 * A name that points to the machine in somebody's DNS cannot be seen from here.
 */
export function checkUrl(url: string, reach: Reach): Target {
  const [, scheme = '', host = '', rest = ''] = URL_FORM.exec(url) ?? [];
  if (host === '') return { refused: 'it is not of the form http://host:port/path' };
  const target = checkHost(host, reach);
  return 'refused' in target ? target : { allowed: `${scheme}://${target.allowed}${rest}` };
}

/** The same for `host:port`. */
export function checkEndpoint(endpoint: string, reach: Reach): Target {
  const [, host = '', port = ''] = ENDPOINT_FORM.exec(endpoint) ?? [];
  if (host === '') return { refused: 'it is not of the form host:port' };
  const target = checkHost(host, reach);
  return 'refused' in target ? target : { allowed: `${target.allowed}${port}` };
}

function checkHost(host: string, { networkId, services }: Reach): Target {
  const service = services.get(host);
  if (service !== undefined) return { allowed: service };
  // The URL parser writes every spelling of an IPv4 address (127.1, 0x7f000001, 2130706433) in the common one.
  const plain = URL.parse(`http://${host}`)?.hostname.replace(/\.$/, '');
  if (plain === undefined || plain === '') return { refused: `'${host}' is no host` };
  if (plain.startsWith('[')) return isLocalIpv6(plain) ? refuse(host) : { allowed: host };
  if (/^[\d.]+$/.test(plain)) {
    if (subnetContains(networkId, plain)) return { allowed: plain };
    return isLocalIpv4(plain) ? refuse(host) : { allowed: plain };
  }
  if (plain === 'localhost' || plain.endsWith('.localhost')) return refuse(host);
  if (!plain.includes('.')) return { refused: `'${host}' is no running service of the repository` };
  return { allowed: host };
}

function refuse(host: string): Target {
  return { refused: `'${host}' is an address of the machine itself, not of the repository` };
}

function isLocalIpv4(address: string): boolean {
  return /^(0|127)\./.test(address) || address.startsWith('169.254.');
}

/** Loopback, unspecified, link-local (fe80::/10), and IPv4 in IPv6 clothes. */
function isLocalIpv6(bracketed: string): boolean {
  const address = bracketed.slice(1, -1);
  return address === '::' || address === '::1' || /^fe[89ab]/.test(address) || isMapped(address);
}

/** `::ffff:7f00:1` (RFC 4291), `::7f00:1`, `64:ff9b::7f00:1` (RFC 6052): nobody needs them for a host on the internet. */
function isMapped(address: string): boolean {
  return /^::(ffff:)?[0-9a-f]{1,4}:[0-9a-f]{1,4}$/.test(address) || address.startsWith('64:ff9b:');
}
