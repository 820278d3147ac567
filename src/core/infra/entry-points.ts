import { readPorts, streamName } from '../network/ports.ts';
import { Refusal } from '../refusal.ts';
import type { EntryPoint } from '../traefik/static-config.ts';
import { type Bound, type Facts, UNKNOWN_HOLDER } from './facts.ts';
import { socketUnit } from './places.ts';
import { PRECONFIGURED, WEB_PORT, WEBSECURE_PORT } from './port-lists.ts';
import type { InfraSettings } from './setting.ts';
import { settingOf } from './settings.ts';

export type EntryPointPlan = {
  readonly entryPoints: readonly EntryPoint[];
  readonly warnings: readonly string[];
};

/** An entrypoint on each family, and whether the user has asked for its port. */
type Wanted = Pick<EntryPoint, 'name' | 'protocol' | 'port'> & { readonly isAskedFor: boolean };

/**
 * Where Traefik is to listen. On addresses of its own, never on all of them: a container that has one of these ports on its own
 * address would take it from a wildcard, and the other way round.
 *
 * @param before what listens already, and is ours
 * @throws Refusal when another process has a port that is needed
 */
export function planEntryPoints(
  settings: InfraSettings,
  facts: Facts,
  before: readonly EntryPoint[],
): EntryPointPlan {
  const warnings: string[] = [];
  const hosts = listenHosts(settings, facts, warnings);
  const entryPoints: EntryPoint[] = [];
  for (const wanted of wantedPorts(settings)) {
    const twins = hosts.map(({ host, suffix }) => ({
      name: `${wanted.name}${suffix}`,
      protocol: wanted.protocol,
      host,
      port: wanted.port,
    }));
    const holder = twins.flatMap((one) => holderOf(one, facts, before) ?? [])[0];
    if (holder === undefined) entryPoints.push(...twins);
    else if (wanted.isAskedFor) throw taken(wanted, holder);
    else warnings.push(`${describePort(wanted)} is left out: ${holder.holder} listens on ${where(holder)}`);
  }
  return { entryPoints, warnings };
}

/** With both families the second is the twin; an only one, be it IPv6, has the plain names. */
function listenHosts(
  { publicIpv4, publicIpv6 }: InfraSettings,
  { addresses, outgoing }: Facts,
  warnings: string[],
): { host: string; suffix: string }[] {
  const hosts = [
    { family: 'ipv4' as const, address: publicIpv4 },
    { family: 'ipv6' as const, address: publicIpv6 },
  ].flatMap(({ family, address }) => {
    if (address === undefined) return [];
    if (addresses.includes(address)) return [address];
    const inside = outgoing[family];
    if (inside === undefined) throw noAddress(address, family, addresses);
    warnings.push(
      `${address} is on no interface: Traefik listens on ${inside}, to which whatever has ${address} must forward`,
    );
    return [inside];
  });
  if (hosts.length === 0) {
    const guess = outgoing.ipv4 ?? outgoing.ipv6;
    throw new Refusal(
      'address-unset',
      'the server has no public address yet',
      `Set one: rdc context set-infra NAME --public-ipv4 ADDRESS.${guess === undefined ? '' : ` It reaches the internet from ${guess}.`}`,
    );
  }
  return hosts.map((host, i) => ({ host, suffix: i === 0 ? '' : '-v6' }));
}

function noAddress(address: string, family: 'ipv4' | 'ipv6', addresses: readonly string[]): Refusal {
  return new Refusal(
    'address-missing-on-server',
    `${address} is on no interface of the server, and it has no ${family === 'ipv4' ? 'IPv4' : 'IPv6'} route to the internet either`,
    `It has ${addresses.filter((one) => !/^(127\.|::1$|fe80)/.test(one)).join(', ') || 'no address'}.`,
  );
}

/** Ports of all kinds, each once; one that is asked for and preconfigured counts as asked for. */
function wantedPorts(settings: InfraSettings): Wanted[] {
  const without = readPorts(settings.withoutPorts ?? '') ?? [];
  const web: Wanted[] = [
    { name: 'web', protocol: 'tcp', port: WEB_PORT, isAskedFor: true },
    { name: 'websecure', protocol: 'tcp', port: WEBSECURE_PORT, isAskedFor: true },
  ];
  const streams = (['tcp', 'udp'] as const).flatMap((protocol): Wanted[] => {
    const asked = readPorts(settingOf(settings, protocol === 'tcp' ? 'tcpPorts' : 'udpPorts')) ?? [];
    const dynamic =
      readPorts(settingOf(settings, protocol === 'tcp' ? 'dynamicTcpPorts' : 'dynamicUdpPorts')) ?? [];
    const others = [...PRECONFIGURED[protocol], ...dynamic].filter((port) => !without.includes(port));
    return [...new Set([...asked, ...others])]
      .sort((a, b) => a - b)
      .map((port) => ({
        name: streamName({ protocol, port }),
        protocol,
        port,
        isAskedFor: asked.includes(port),
      }));
  });
  return [...web, ...streams];
}

/** Who keeps an entrypoint from listening: not ourselves, whom the entrypoint's own socket shows where `before` is lost. */
function holderOf(
  { name, protocol, host, port }: EntryPoint,
  { bound, units }: Facts,
  before: readonly EntryPoint[],
): Bound | undefined {
  const isOurs = (one: Bound): boolean =>
    (one.holder === UNKNOWN_HOLDER || /^(systemd|traefik)/.test(one.holder)) &&
    one.address === host &&
    (units.get(socketUnit(name))?.active === 'active' ||
      before.some((own) => own.protocol === protocol && own.port === port && own.host === host));
  const everywhere = host.includes(':') ? ['*', '::'] : ['*', '0.0.0.0'];
  return bound.find(
    (one) =>
      one.protocol === protocol &&
      one.port === port &&
      (one.address === host || everywhere.includes(one.address)) &&
      !isOurs(one),
  );
}

function taken(wanted: Wanted, holder: Bound): Refusal {
  return new Refusal(
    'port-taken',
    `${describePort(wanted)} of the server is taken by ${holder.holder}, which listens on ${where(holder)}`,
    `Stop that${wanted.port === WEB_PORT || wanted.port === WEBSECURE_PORT ? '' : `, or take the port from the list: --${wanted.protocol}-ports -${wanted.port}`}. Nothing was changed.`,
  );
}

function describePort({ protocol, port }: Wanted): string {
  return `${protocol.toUpperCase()} port ${port}`;
}

function where({ address }: Bound): string {
  return ['*', '0.0.0.0', '::'].includes(address) ? 'all addresses' : address;
}
