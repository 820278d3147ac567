import { type Command, Option } from 'commander';
import { PLACES, PROXY_UNIT } from '../core/infra/places.ts';
import type { LabelSettings } from '../core/labels/settings.ts';
import { readPortsOption } from '../core/network/port-options.ts';
import { type StreamProtocol, streamName } from '../core/network/ports.ts';
import { Refusal } from '../core/refusal.ts';
import { DEFAULT_RUN_DIR, DEFAULT_STATE_DIR, routerStateDir } from '../core/repository/record.ts';
import type { RouterOptions } from './router.ts';

/** What `renet router serve` is told, as commander gives it. */
export type ServeOptions = {
  readonly infra: string;
  readonly sockets: string;
  readonly listen: string;
  readonly baseDomain?: string;
  readonly entrypoints: string;
  readonly certResolvers: string;
  readonly autoRoutes: 'on' | 'off';
  readonly trustLabels?: true;
  readonly dynamicTcpPorts: string;
  readonly dynamicUdpPorts: string;
  readonly stateDir: string;
  readonly grace: string;
  readonly isolationProbe: string;
  readonly traefikApi: string;
  readonly traefikUnit: string;
  readonly httpsPort: string;
};

export function addServeOptions(command: Command): Command {
  return addProbeOptions(addPlaceOptions(command))
    .option(
      '--base-domain <domain>',
      'auto-routes are {service}-{networkID}.<domain>; without it there are none',
    )
    .option('--entrypoints <names>', "Traefik's entrypoints here, with commas; any: not checked", 'any')
    .option(
      '--cert-resolvers <names>',
      "Traefik's certificate resolvers, with commas; ignored: labels may name any",
      '',
    )
    .addOption(
      new Option('--auto-routes <on|off>', 'routes for containers without Traefik labels')
        .choices(['on', 'off'])
        .default('on'),
    )
    .option(
      '--trust-labels',
      "labels mean exactly what they mean to Traefik's own Docker provider: no limits for any repository",
    )
    .option(
      '--dynamic-tcp-ports <ports>',
      'entrypoints tcp-PORT that are handed out to containers with the label rediacc.tcp_ports',
      '10000-10010',
    )
    .option('--dynamic-udp-ports <ports>', 'the same for udp-PORT and rediacc.udp_ports', '')
    .option('--state-dir <folder>', 'keeps who has which host and port', routerStateDir(DEFAULT_STATE_DIR))
    .option(
      '--grace <seconds>',
      'how long the routes of a daemon that does not answer stay, and hosts and ports that nobody asks for any more',
      '600',
    );
}

/** What is asked beside the daemons. */
function addProbeOptions(command: Command): Command {
  return command
    .option(
      '--isolation-probe <socket>',
      'behind which somebody among the repositories tries to reach this machine; without it nobody does',
      '',
    )
    .option('--traefik-api <host:port>', 'asked which certificates there are, and how long requests take', '')
    .option(
      '--traefik-unit <name>',
      'of systemd, whose log tells why there are no certificates; an empty name means none: Traefik then orders them as it likes',
      PROXY_UNIT,
    )
    .option('--https-port <port>', 'where pages are, for links of the status page', '443');
}

function addPlaceOptions(command: Command): Command {
  return command
    .option(
      '--infra <file>',
      'settings of the server, as push-infra writes them; an option wins over it, and an empty name means none',
      PLACES.infra,
    )
    .option(
      '--sockets <pattern>',
      "the daemons' sockets; * is the network id",
      `${DEFAULT_RUN_DIR}/docker-*.sock`,
    )
    .option('--listen <host:port>', 'where Traefik finds it, without a socket of systemd', '127.0.0.1:7111');
}

/** @throws Refusal for ports that are none */
export function readSettings(options: ServeOptions): Pick<RouterOptions, 'settings' | 'ranges'> {
  const entryPoints = options.entrypoints === 'any' ? 'any' : readNames(options.entrypoints);
  const range = (protocol: StreamProtocol, text: string): number[] =>
    readPortsOption(`--dynamic-${protocol}-ports`, text).filter(
      (port) => entryPoints === 'any' || entryPoints.includes(streamName({ protocol, port })),
    );
  const ranges = {
    tcp: range('tcp', options.dynamicTcpPorts),
    udp: range('udp', options.dynamicUdpPorts),
  };
  const settings = {
    ...(options.baseDomain ? { baseDomain: options.baseDomain } : {}),
    entryPoints,
    autoRoutes: options.autoRoutes === 'on',
    trusted: options.trustLabels === true,
    certResolvers: options.certResolvers === 'ignored' ? 'ignored' : readNames(options.certResolvers),
    dynamicEntryPoints: new Set([
      ...ranges.tcp.map((port) => streamName({ protocol: 'tcp', port })),
      ...ranges.udp.map((port) => streamName({ protocol: 'udp', port })),
    ]),
  } satisfies LabelSettings;
  return { settings, ranges };
}

function readNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export function readSeconds(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Refusal(
    'option-invalid',
    `--grace '${text}' is no number of seconds`,
    'Write it as in --grace 600.',
  );
}

export function readListen(text: string): { host: string; port: number } {
  const [, host, digits] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host !== undefined && port <= 65535) return { host, port };
  throw new Refusal(
    'option-invalid',
    `--listen '${text}' is not an address and a port`,
    'Write it as in --listen 127.0.0.1:7111.',
  );
}
