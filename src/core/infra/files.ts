import { type EntryPoint, renderStaticConfig } from '../traefik/static-config.ts';
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
import { resolversOf } from './resolvers.ts';
import { type KeptSecrets, SECRET_NAMES, type SecretName, secretPath } from './secrets.ts';
import type { InfraSettings } from './setting.ts';
import { settingOf } from './settings.ts';
import {
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

/** All that decides what is written on a server. */
export type Target = {
  readonly settings: InfraSettings;
  readonly secrets: KeptSecrets;
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
    ...(hasHttpChallenge(target) ? [plain(PLACES.challengeConfig, HEADER + CHALLENGE_CONFIG)] : []),
    ...(hasAccessLog ? [plain('/etc/logrotate.d/rediacc', renderLogRotation())] : []),
    ...secretFiles(secrets),
    ...(settings.acmeCa === undefined ? [] : [plain(PLACES.acmeCa, settings.acmeCa)]),
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
        secrets: Object.keys(secrets) as SecretName[],
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

function secretFiles(secrets: KeptSecrets): WantedFile[] {
  return SECRET_NAMES.flatMap((name) => {
    const text = secrets[name];
    return text === undefined || text === 'kept' ? [] : [{ path: secretPath(name), mode: 0o600, text }];
  });
}

function renderInfra(target: Target): string {
  const { settings, entryPoints, programs } = target;
  const resolvers = resolversOf(target).map(({ name }) => name);
  return writeInfra({ settings, entryPoints, resolvers, traefik: programs.traefik });
}

function renderStatic(target: Target): string {
  const { settings, entryPoints } = target;
  const { trustedIps, traefikOptions } = settings;
  return renderStaticConfig({
    entryPoints,
    api: `127.0.0.1:${API_PORT}`,
    routeServer: `127.0.0.1:${ROUTER_PORT}`,
    files: { folder: PLACES.dynamicFolder },
    readTimeout: settingOf(settings, 'readTimeout'),
    ...(trustedIps ? { trustedIps: trustedIps.split(',') } : {}),
    ...(settingOf(settings, 'accessLog') === 'on' ? { accessLog: PLACES.accessLog } : {}),
    resolvers: resolversOf(target),
    ...(traefikOptions
      ? { more: splitOptions(traefikOptions).map(([path = '', value = '']) => [path, value] as const) }
      : {}),
  });
}

/** Where the twins are, an authority that prefers IPv6 comes there. */
function hasHttpChallenge(target: Target): boolean {
  const isThere = resolversOf(target).some(({ challenge }) => challenge.kind === 'http');
  return isThere && target.entryPoints.some(({ name }) => name === 'websecure-v6');
}

/**
 * Traefik shows the pages of HTTP-01 on one entrypoint alone, `web`. Its twin sends whoever comes on to HTTPS, where authorities follow
 * (letsencrypt.org/docs/challenge-types), so they are shown there. The priority is the highest that a router may have.
 */
const CHALLENGE_CONFIG = `http:
  routers:
    acme-challenge:
      rule: PathPrefix(\`/.well-known/acme-challenge/\`)
      entryPoints: [websecure-v6]
      service: acme-http@internal
      priority: 9223372036854774807
`;

/** The last of the folder: an operator's own default certificate, in a file before it, is the one that Traefik takes. */
const DEFAULT_CERTIFICATE_CONFIG = `tls:
  stores:
    default:
      defaultCertificate:
        certFile: ${DEFAULT_CERTIFICATE_PATH}
        keyFile: ${DEFAULT_CERTIFICATE_PATH}
`;
