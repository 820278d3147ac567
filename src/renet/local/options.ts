import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { parseLoopbackPorts } from '../../core/isolation/loopback-ports.ts';
import type { LoopbackPort } from '../../core/isolation/maps.ts';
import { readPortOption, readPortsOption } from '../../core/network/port-options.ts';
import { Refusal } from '../../core/refusal.ts';
import { readPermissions } from '../../core/repository/permissions.ts';
import { DEFAULT_STATE_DIR } from '../../core/repository/record.ts';
import type { LocalOptions } from '../local.ts';

/** What `renet local` is told, as commander gives it. */
export type LocalArguments = Readonly<
  Record<
    | 'stateDir'
    | 'baseDomain'
    | 'httpPort'
    | 'httpsPort'
    | 'routerPort'
    | 'apiPort'
    | 'tcpPorts'
    | 'udpPorts'
    | 'dynamicTcpPorts'
    | 'dynamicUdpPorts'
    | 'isolation'
    | 'loopbackPorts',
    string
  >
> & { readonly allow: readonly string[] };

export function addLocalOptions(
  command: Command,
  environment: Readonly<Record<string, string | undefined>>,
): Command {
  return command
    .option('--http-port <port>', 'answers with a redirect to HTTPS', '80')
    .option('--https-port <port>', 'where pages are', '443')
    .option('--tcp-ports <ports>', 'entrypoints tcp-PORT for labels, as in 25,5432', '')
    .option('--udp-ports <ports>', 'entrypoints udp-PORT', '')
    .option('--dynamic-tcp-ports <ports>', 'handed out for rediacc.tcp_ports, as in 10000-10010', '')
    .option('--dynamic-udp-ports <ports>', 'handed out for rediacc.udp_ports', '')
    .option('--base-domain <domain>', 'auto-routes are {service}-{networkID}.<domain>', 'localhost')
    .addOption(
      new Option('--isolation <on|off>', 'the kernel keeps repositories apart')
        .choices(['on', 'off'])
        .default('on'),
    )
    .option(
      '--loopback-ports <ports>',
      "of this machine's own loopback, which containers may reach, as in 127.0.0.53:53",
      '',
    )
    .option(
      '--allow <permission>',
      'lets compose files ask for what leads out of their repository; can be given again',
      (word: string, all: string[]) => [...all, word],
      [],
    )
    .option('--router-port <port>', 'of the route server', '7111')
    .option('--api-port <port>', "of Traefik's own API", '7112')
    .option(
      '--state-dir <folder>',
      'keeps images, volumes, and who has which host and port',
      environment['REDIACC_STATE_DIR'] ?? DEFAULT_STATE_DIR,
    );
}

/** @throws Refusal for ports that are none */
export function readLocalOptions(options: LocalArguments): Omit<LocalOptions, 'paths' | 'print' | 'runDir'> {
  return {
    address: '127.0.0.1',
    stateDir: resolve(options.stateDir),
    baseDomain: options.baseDomain,
    permissions: readPermissions(options.allow),
    isolation: options.isolation === 'off' ? 'off' : readPorts(options.loopbackPorts),
    httpPort: readPortOption('--http-port', options.httpPort),
    httpsPort: readPortOption('--https-port', options.httpsPort),
    routerPort: readPortOption('--router-port', options.routerPort),
    apiPort: readPortOption('--api-port', options.apiPort),
    ports: {
      tcp: readPortsOption('--tcp-ports', options.tcpPorts),
      udp: readPortsOption('--udp-ports', options.udpPorts),
    },
    dynamicPorts: {
      tcp: readPortsOption('--dynamic-tcp-ports', options.dynamicTcpPorts),
      udp: readPortsOption('--dynamic-udp-ports', options.dynamicUdpPorts),
    },
  };
}

function readPorts(text: string): LoopbackPort[] {
  const ports = parseLoopbackPorts(text);
  if (Array.isArray(ports)) return ports;
  throw new Refusal(
    'option-invalid',
    `--loopback-ports '${ports.part}' ${ports.reason}`,
    'Write it as in --loopback-ports 127.0.0.53:53.',
  );
}
