import { rm } from 'node:fs/promises';
import { isSea } from 'node:sea';
import { localDoorPath, writeLocalDoor } from '../../core/infra/front-door.ts';
import { probePath } from '../../core/isolation/fence.ts';
import type { LoopbackPort } from '../../core/isolation/maps.ts';
import { type Ports, streamName } from '../../core/network/ports.ts';
import { Refusal } from '../../core/refusal.ts';
import { endingWithParent, sparing, unprivileged } from '../../core/repository/launch.ts';
import { routerStateDir } from '../../core/repository/record.ts';
import { type EntryPoint, renderStaticConfig, webEntryPoints } from '../../core/traefik/static-config.ts';
import { writeWhole } from '../../edges/files.ts';
import { get } from '../../edges/http.ts';
import { findPortHolder } from '../../edges/listeners.ts';
import { prepareDefaultCertificate } from './default-certificate.ts';
import { type Part, type Running, startPart, stopPart, waitUntilReady } from './part.ts';

/** Where the route server and Traefik listen on this machine. */
export type ProxyPlaces = {
  readonly runDir: string;
  readonly stateDir: string;
  readonly baseDomain: string;
  readonly address: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly routerPort: number;
  /** Of Traefik's API. */
  readonly apiPort: number;
  /** Ports beside HTTP: entrypoints `tcp-5432`, `udp-53`. */
  readonly ports: Ports;
  /** More of them, which are handed out one by one. */
  readonly dynamicPorts: Ports;
  /** Ports of this machine's own loopback that repositories may reach; off: they reach everything. */
  readonly isolation: readonly LoopbackPort[] | 'off';
};

/** All ports beside HTTP that Traefik listens on. */
function streamsOf({ ports, dynamicPorts, address }: ProxyPlaces): EntryPoint[] {
  return (['tcp', 'udp'] as const).flatMap((protocol) =>
    [...new Set([...ports[protocol], ...dynamicPorts[protocol]])]
      .sort((a, b) => a - b)
      .map((port) => ({ name: streamName({ protocol, port }), protocol, port, host: address })),
  );
}

/** Writes down how it is set up, for as long as it runs. */
export async function tellFrontDoor(places: ProxyPlaces, stack: AsyncDisposableStack): Promise<void> {
  const { runDir, stateDir, address: host, baseDomain, isolation, routerPort, apiPort } = places;
  const path = localDoorPath(runDir);
  stack.defer(() => rm(path, { force: true }));
  const door = {
    ...{ baseDomain, entryPoints: entryPointsOf(places), isolation: isolation !== 'off' },
    router: { host, port: routerPort },
    api: { host, port: apiPort },
    routerState: routerStateDir(stateDir),
  };
  await writeWhole(path, writeLocalDoor(door));
}

function entryPointsOf(places: ProxyPlaces): EntryPoint[] {
  return [...webEntryPoints(places.address, places.httpPort, places.httpsPort), ...streamsOf(places)];
}

const ROUTER_PATIENCE = 5_000;
const TRAEFIK_PATIENCE = 15_000;
const CHECK_TIMEOUT = 1_000;

/** Refuses ports that others have, by name, before anything is started. */
export async function refuseTakenPorts(places: ProxyPlaces): Promise<void> {
  const wanted: readonly (readonly [string, number])[] = [
    ['--http-port', places.httpPort],
    ['--https-port', places.httpsPort],
    ['--router-port', places.routerPort],
    ['--api-port', places.apiPort],
    ...streamsOf(places)
      .filter(({ protocol }) => protocol === 'tcp')
      .map(({ port }) => ['--tcp-ports', port] as const),
  ];
  for (const [option, port] of wanted) {
    const holder = await findPortHolder(places.address, port);
    if (holder === undefined) continue;
    throw new Refusal(
      'port-taken',
      `port ${port} on ${places.address} is taken by ${holder}`,
      `Stop that, or choose another port with ${option}.`,
    );
  }
}

/** This program, as a command. */
function ourselves(): [string, ...string[]] {
  return isSea() ? [process.execPath] : [process.execPath, process.argv[1] ?? ''];
}

export async function startRouteServer(places: ProxyPlaces, { stack, stop }: Running): Promise<Part> {
  const part = await startPart({
    name: 'the route server',
    log: `${places.stateDir}/logs/router.log`,
    argv: endingWithParent(
      sparing([
        ...ourselves(),
        'router',
        'serve',
        // This machine may be a server, too.
        '--infra=',
        `--sockets=${places.runDir}/docker-*.sock`,
        `--listen=${places.address}:${places.routerPort}`,
        `--base-domain=${places.baseDomain}`,
        `--state-dir=${routerStateDir(places.stateDir)}`,
        `--entrypoints=${entryPointsOf(places)
          .map(({ name }) => name)
          .join(',')}`,
        `--dynamic-tcp-ports=${places.dynamicPorts.tcp.join(',')}`,
        `--dynamic-udp-ports=${places.dynamicPorts.udp.join(',')}`,
        '--cert-resolvers=ignored',
        `--https-port=${places.httpsPort}`,
        `--traefik-api=${places.address}:${places.apiPort}`,
        '--traefik-unit=',
        ...(places.isolation === 'off' ? [] : [`--isolation-probe=${probePath(places.runDir)}`]),
      ]),
    ),
  });
  stack.defer(() => stopPart(part, ROUTER_PATIENCE));
  await waitUntilReady(part, () => answers(places.address, places.routerPort, '/health'), stop);
  return part;
}

export async function startTraefik(places: ProxyPlaces, { stack, stop }: Running): Promise<Part> {
  const config = `${places.runDir}/traefik.yml`;
  const { address } = places;
  const certificate = `${places.runDir}/traefik-certificate.yml`;
  for (const file of [config, certificate]) stack.defer(() => rm(file, { force: true }));
  const defaultCertificate = await prepareDefaultCertificate(places, certificate);
  await writeWhole(
    config,
    renderStaticConfig({
      entryPoints: entryPointsOf(places),
      api: `${address}:${places.apiPort}`,
      ...(defaultCertificate === undefined ? {} : { files: { filename: defaultCertificate } }),
      routeServer: `${address}:${places.routerPort}`,
    }),
  );
  const part = await startPart({
    name: 'Traefik',
    log: `${places.stateDir}/logs/traefik.log`,
    argv: unprivileged(['traefik', `--configFile=${config}`]),
  });
  stack.defer(() => stopPart(part, TRAEFIK_PATIENCE));
  await waitUntilReady(part, () => answers(address, places.apiPort, '/ping'), stop);
  return part;
}

async function answers(host: string, port: number, path: string): Promise<boolean> {
  return (await get({ host, port }, path, CHECK_TIMEOUT)).status === 200;
}
