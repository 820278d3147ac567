import * as z from 'zod/mini';
import { parseLoopbackPorts } from '../isolation/loopback-ports.ts';
import { Refusal } from '../refusal.ts';

/** A value as it is kept, and what its user should know about it. */
export type Value = { readonly text: string; readonly warning?: string };

export function invalid(option: string, text: string, reason: string): Refusal {
  return new Refusal(
    'setting-invalid',
    `${option} '${text}' ${reason}`,
    'Nothing was changed: see rdc context set-infra --help.',
  );
}

const ELSEWHERE = /^(0|127|22[4-9]|2[3-5]\d)\.|^169\.254\./;
const PRIVATE = /^(10|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;

/** An IPv4 address that others can reach; of a private network (RFC 1918, RFC 6598) with a warning. */
export function readIpv4(text: string, option: string): Value {
  if (z.ipv6().safeParse(text).success) throw invalid(option, text, 'is an IPv6 address: use --public-ipv6');
  if (!z.ipv4().safeParse(text).success) throw invalid(option, text, 'is no IPv4 address');
  if (ELSEWHERE.test(text)) throw invalid(option, text, 'is an address that no other machine can reach');
  return warnOfPrivate(text, option, PRIVATE.test(text));
}

/** The same of IPv6, in the shortest form; unique local addresses (RFC 4193) with a warning. */
export function readIpv6(text: string, option: string): Value {
  if (z.ipv4().safeParse(text).success) throw invalid(option, text, 'is an IPv4 address: use --public-ipv4');
  if (!z.ipv6().safeParse(text).success) throw invalid(option, text, 'is no IPv6 address');
  const address = new URL(`http://[${text}]`).hostname.slice(1, -1);
  if (/^(::|fe[89ab]|ff)/.test(address))
    throw invalid(option, text, 'is an address that no other machine can reach');
  return warnOfPrivate(address, option, /^f[cd]/.test(address));
}

function warnOfPrivate(text: string, option: string, isPrivate: boolean): Value {
  if (!isPrivate) return { text };
  const warning = `${option} ${text} is an address of a private network: only machines in it reach it. Right if this server is for them alone; otherwise name the address that your router or provider shows to the internet`;
  return { text, warning };
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A domain name of at least two labels, in lower case (RFC 1123). */
export function readDomain(text: string, option: string): Value {
  const domain = text.toLowerCase().replace(/\.$/, '');
  if (domain.includes('://'))
    throw invalid(option, text, 'is a URL: write the name alone, as in example.com');
  if (domain.startsWith('*.')) throw invalid(option, text, `has a wildcard: write ${domain.slice(2)}`);
  const labels = domain.split('.');
  if (labels.length < 2) throw invalid(option, text, 'has one part: write a name as example.com');
  if (domain.length > 200 || !labels.every((label) => LABEL.test(label)) || /^\d+$/.test(labels.at(-1) ?? ''))
    throw invalid(option, text, 'is no domain name');
  return { text: domain };
}

export function readSwitch(text: string, option: string): Value {
  if (text !== 'on' && text !== 'off') throw invalid(option, text, 'is neither on nor off');
  return { text };
}

/** A time as Traefik reads it (Go's time.ParseDuration): `90s`, `10m`, `1h30m`. */
export function readDuration(text: string, option: string): Value {
  if (!/^(\d{1,6}(ms|s|m|h))+$/.test(text))
    throw invalid(option, text, 'is no time: write it as in 90s or 10m');
  return { text };
}

/** Addresses and networks (CIDR) with commas. */
export function readNetworks(text: string, option: string): Value {
  const parts = text.split(',').map((part) => part.trim());
  const isNetwork = (part: string): boolean =>
    [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()].some((form) => form.safeParse(part).success);
  const wrong = parts.find((part) => !isNetwork(part));
  if (wrong !== undefined)
    throw invalid(option, wrong, 'is neither an address nor a network as 173.245.48.0/20');
  return { text: parts.join(',') };
}

/** Ports of the machine's own loopback with commas. */
export function readLoopbackPorts(text: string, option: string): Value {
  const ports = parseLoopbackPorts(text);
  if (!Array.isArray(ports)) throw invalid(option, ports.part, ports.reason);
  return { text: ports.map(({ address, port }) => `${address}:${port}`).join(',') };
}

/** Static configuration of Traefik's own, as `log.level=DEBUG,metrics.prometheus=true`. */
export function readTraefikOptions(text: string, option: string): Value {
  for (const [path = '', ...value] of splitOptions(text)) {
    if (!/^[a-z][a-z0-9]*([.][a-z0-9][a-z0-9_-]*)*$/i.test(path) || value.length === 0)
      throw invalid(option, path, 'is not of the form log.level=DEBUG');
    const parts = `${path.toLowerCase()}.`;
    if (OURS.some((one) => parts.startsWith(`${one}.`) || `${one}.`.startsWith(parts)))
      throw invalid(option, path, 'is written by push-infra itself');
  }
  return { text };
}

/** Parts of the static configuration that cannot be another's, in lower case. */
const OURS = [
  'entrypoints',
  'providers.http',
  'providers.file',
  'certificatesresolvers.letsencrypt',
  'certificatesresolvers.letsencrypt-http',
  'api',
  'ping',
];

/** @returns path and value of each */
export function splitOptions(text: string): string[][] {
  return text.split(',').map((part) => {
    const [path = '', ...value] = part.split('=');
    return value.length === 0 ? [path.trim()] : [path.trim(), value.join('=').trim()];
  });
}
