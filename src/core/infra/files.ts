import type { Secret } from '../secret.ts';
import { type EntryPoint, RESOLVER, renderStaticConfig } from '../traefik/static-config.ts';
import { renderAddressService, renderAddressTimer } from './address-units.ts';
import { writeInfra } from './infra-file.ts';
import {
  ADDRESS_TIMER,
  ADDRESS_UNIT,
  PLACES,
  PROXY_UNIT,
  ROUTER_SOCKET,
  ROUTER_UNIT,
  socketUnit,
} from './places.ts';
import { API_PORT, ROUTER_PORT } from './port-lists.ts';
import { repositoryFiles } from './repository-files.ts';
import { type InfraSettings, settingOf } from './settings.ts';
import {
  CF_TOKEN,
  DEFAULT_CERTIFICATE,
  HEADER,
  renderFolders,
  renderLogRotation,
  renderProxyService,
  renderProxySocket,
  renderRouterService,
  renderRouterSocket,
  renderUsers,
} from './units.ts';
import { splitOptions } from './values.ts';
import { plain, unit, type WantedFile } from './wanted-file.ts';

/** Secrets that a server is to have; `kept`: the one that it has. */
export type Secrets = { readonly cfDnsToken?: Secret | 'kept' };

/** All that decides what is written on a server. */
export type Target = {
  readonly settings: InfraSettings;
  readonly secrets: Secrets;
  readonly entryPoints: readonly EntryPoint[];
  /** Paths of the programs. */
  readonly programs: { readonly renet: string; readonly traefik: string };
};

const DEFAULT_CERTIFICATE_PATH = `/run/credentials/${PROXY_UNIT}/${DEFAULT_CERTIFICATE}`;

/** Every file that push-infra keeps on a server, but for the default certificate, which the server makes itself. */
export function wantedFiles(target: Target): WantedFile[] {
  const { settings, secrets, entryPoints } = target;
  const inside = insideHosts(target);
  const hasAccessLog = settingOf(settings, 'accessLog') === 'on';
  return [
    plain('/etc/sysusers.d/rediacc.conf', renderUsers()),
    plain('/etc/tmpfiles.d/rediacc.conf', renderFolders()),
    plain(PLACES.infra, renderInfra(target)),
    plain(PLACES.staticConfig, HEADER + renderStatic(target)),
    plain(`${PLACES.dynamicFolder}/zz-default-certificate.yml`, HEADER + DEFAULT_CERTIFICATE_CONFIG),
    ...(hasAccessLog ? [plain('/etc/logrotate.d/rediacc', renderLogRotation())] : []),
    ...(secrets.cfDnsToken === undefined || secrets.cfDnsToken === 'kept'
      ? []
      : [{ path: `${PLACES.secrets}/${CF_TOKEN}`, mode: 0o600, text: secrets.cfDnsToken }]),
    ...repositoryFiles(target.programs.renet, settings),
    unit(ROUTER_SOCKET, renderRouterSocket()),
    unit(ROUTER_UNIT, renderRouterService(target.programs.renet)),
    ...(inside.length > 0
      ? [unit(ADDRESS_TIMER, renderAddressTimer()), unit(ADDRESS_UNIT, renderAddressService(inside))]
      : []),
    ...entryPoints.map((one) => unit(socketUnit(one.name), renderProxySocket(one))),
    unit(
      PROXY_UNIT,
      renderProxyService({
        traefik: target.programs.traefik,
        entryPoints,
        credentials: [DEFAULT_CERTIFICATE, ...(hasToken(target) ? [CF_TOKEN] : [])],
        hasCloudflare: hasToken(target),
        hasTimer: inside.length > 0,
      }),
    ),
  ];
}

/** Where Traefik listens behind NAT: on addresses that are none of the public ones. */
function insideHosts({ settings: { publicIpv4, publicIpv6 }, entryPoints }: Target): string[] {
  const hosts = new Set(entryPoints.map(({ host }) => host));
  return [...hosts].filter((host) => host !== publicIpv4 && host !== publicIpv6);
}

function hasToken({ secrets }: Target): boolean {
  return secrets.cfDnsToken !== undefined;
}

function hasResolver(target: Target): boolean {
  return hasToken(target) && target.settings.certEmail !== undefined;
}

function renderInfra(target: Target): string {
  const { settings, entryPoints, programs } = target;
  const resolvers = hasResolver(target) ? [RESOLVER] : [];
  return writeInfra({ settings, entryPoints, resolvers, traefik: programs.traefik });
}

function renderStatic(target: Target): string {
  const { settings, entryPoints } = target;
  const { certEmail, acmeServer, trustedIps, traefikOptions } = settings;
  return renderStaticConfig({
    entryPoints,
    api: `127.0.0.1:${API_PORT}`,
    routeServer: `127.0.0.1:${ROUTER_PORT}`,
    files: { folder: PLACES.dynamicFolder },
    readTimeout: settingOf(settings, 'readTimeout'),
    ...(trustedIps ? { trustedIps: trustedIps.split(',') } : {}),
    ...(settingOf(settings, 'accessLog') === 'on' ? { accessLog: PLACES.accessLog } : {}),
    ...(certEmail !== undefined && hasResolver(target)
      ? {
          acme: {
            email: certEmail,
            storage: '/var/lib/rediacc/proxy/acme.json',
            ...(acmeServer === undefined ? {} : { server: acmeServer }),
          },
        }
      : {}),
    ...(traefikOptions
      ? { more: splitOptions(traefikOptions).map(([path = '', value = '']) => [path, value] as const) }
      : {}),
  });
}

/** The last of the folder: an operator's own default certificate, in a file before it, is the one that Traefik takes. */
const DEFAULT_CERTIFICATE_CONFIG = `tls:
  stores:
    default:
      defaultCertificate:
        certFile: ${DEFAULT_CERTIFICATE_PATH}
        keyFile: ${DEFAULT_CERTIFICATE_PATH}
`;
