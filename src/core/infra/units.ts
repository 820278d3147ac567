import { SPARING } from '../repository/launch.ts';
import { DEFAULT_RUN_DIR, DEFAULT_STATE_DIR } from '../repository/record.ts';
import { type EntryPoint, hostPort } from '../traefik/static-config.ts';
import {
  ADDRESS_TIMER,
  DOCKER_GROUP,
  PLACES,
  PROXY_UNIT,
  PROXY_USER,
  ROUTER_SOCKET,
  ROUTER_UNIT,
  ROUTER_USER,
  socketUnit,
} from './places.ts';
import { ROUTER_PORT } from './port-lists.ts';
import { SECRETS, type SecretName, secretPath } from './secrets.ts';

/** The first lines of every file of ours. */
export const HEADER = `# Made by rdc context push-infra, which makes it anew. What is to differ belongs in a drop-in: systemctl edit UNIT.\n`;

/** What both services go without (systemd.exec(5)). */
const HARDENED = `
CapabilityBoundingSet=
NoNewPrivileges=yes
LockPersonality=yes
PrivateDevices=yes
PrivateTmp=yes
PrivateUsers=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
UMask=0077
`.trim();

/**
 * The socket of the route server. It outlives restarts of the service: what Traefik asks meanwhile waits in it, where a refusal would
 * make Traefik wait half a minute before it asks again.
 */
export function renderRouterSocket(): string {
  return `${HEADER}
[Unit]
Description=The route server's socket

[Socket]
ListenStream=127.0.0.1:${ROUTER_PORT}
Service=${ROUTER_UNIT}
TriggerLimitIntervalSec=0

[Install]
WantedBy=sockets.target
`;
}

/** @param renet path of the program */
export function renderRouterService(renet: string): string {
  return `${HEADER}
[Unit]
Description=The route server: what Traefik asks for its routes
Requires=${ROUTER_SOCKET}
After=${ROUTER_SOCKET}
StartLimitIntervalSec=0

[Service]
Type=exec
User=${ROUTER_USER}
# The journal has what Traefik says of certificates.
SupplementaryGroups=${DOCKER_GROUP} systemd-journal
ExecStart=${renet} router serve --infra=${PLACES.infra}
ExecReload=/bin/kill -HUP $MAINPID
${SPARING.map((variable) => `Environment=${variable}`).join('\n')}
StateDirectory=rediacc/router
StateDirectoryMode=0700
Restart=always
RestartSec=1
# It asks Docker daemons by their sockets, and answers on this machine alone.
IPAddressDeny=any
IPAddressAllow=localhost
RestrictAddressFamilies=AF_UNIX AF_INET
# No MemoryDenyWriteExecute: Node compiles as it runs.
${HARDENED}
# journalctl --follow asks the kernel which boot this is.
ProcSubset=all

[Install]
WantedBy=multi-user.target
`;
}

export type ProxySettings = {
  /** Path of the program. */
  readonly traefik: string;
  readonly entryPoints: readonly EntryPoint[];
  readonly secrets: readonly SecretName[];
  /** A timer looks after the address that Traefik listens on. */
  readonly hasTimer: boolean;
};

/**
 * Traefik. systemd opens its sockets, so that it needs no right of any kind, and a restart refuses nobody. All sockets are wanted by
 * it: then one restart of the service opens those that are new, between its end and its start.
 */
export function renderProxyService(settings: ProxySettings): string {
  const { traefik, entryPoints, secrets, hasTimer } = settings;
  const sockets = entryPoints.map(({ name }) => `Sockets=${socketUnit(name)}`);
  return `${HEADER}
[Unit]
Description=Traefik, the way from the internet to containers
Wants=network-online.target ${[ROUTER_SOCKET, ...(hasTimer ? [ADDRESS_TIMER] : [])].join(' ')}
After=network-online.target ${ROUTER_SOCKET}
StartLimitIntervalSec=0

[Service]
Type=notify
User=${PROXY_USER}
ExecStart=${traefik} --configFile=${PLACES.staticConfig}
# Its end takes as long as the request for routes that it has open, so the route server is told to let that go.
ExecStop=/bin/kill -TERM $MAINPID
ExecStop=-+/bin/systemctl kill --kill-whom=main --signal=WINCH ${ROUTER_UNIT}
${[...sockets, ...describeSecrets(secrets)].join('\n')}
StateDirectory=rediacc/proxy
StateDirectoryMode=0700
LogsDirectory=rediacc
Restart=always
RestartSec=1
LimitNOFILE=1048576
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
MemoryDenyWriteExecute=yes
${HARDENED}

[Install]
WantedBy=multi-user.target
`;
}

export const DEFAULT_CERTIFICATE = 'default-certificate.pem';

/** systemd gives them to Traefik alone: files as credentials, and what is asked for as variables out of a file that root reads. */
function describeSecrets(secrets: readonly SecretName[]): string[] {
  const { cfDnsToken } = SECRETS;
  return [
    `LoadCredential=${DEFAULT_CERTIFICATE}:${PLACES.secrets}/${DEFAULT_CERTIFICATE}`,
    ...(secrets.includes('cfDnsToken')
      ? [
          `LoadCredential=${cfDnsToken.file}:${secretPath('cfDnsToken')}`,
          `Environment=CF_DNS_API_TOKEN_FILE=%d/${cfDnsToken.file}`,
        ]
      : []),
    ...(secrets.includes('dnsVariables') ? [`EnvironmentFile=${secretPath('dnsVariables')}`] : []),
  ];
}

/** FreeBind: at boot an address may come later than the socket (DHCP, IPv6 duplicate address detection). */
export function renderProxySocket(entryPoint: EntryPoint): string {
  const listen = entryPoint.protocol === 'tcp' ? 'ListenStream' : 'ListenDatagram';
  return `${HEADER}
[Unit]
Description=Traefik's entrypoint ${entryPoint.name}

[Socket]
${listen}=${hostPort(entryPoint)}
FileDescriptorName=${entryPoint.name}
Service=${PROXY_UNIT}
FreeBind=yes
Backlog=4096
TriggerLimitIntervalSec=0
`;
}

/** Users and groups (sysusers.d(5)). */
export function renderUsers(): string {
  return `${HEADER}g ${DOCKER_GROUP} -
u ${ROUTER_USER} - "Route server of rediacc" /nonexistent
u ${PROXY_USER} - "Traefik of rediacc" /nonexistent
`;
}

/** Folders that must be there before anything runs, and after each boot (tmpfiles.d(5)). */
export function renderFolders(): string {
  const runDir = DEFAULT_RUN_DIR.replace('/var/run/', '/run/');
  return `${HEADER}d ${runDir} 0755 root root -
d ${runDir}/repositories 0755 root root -
d ${DEFAULT_STATE_DIR} 0755 root root -
d ${DEFAULT_STATE_DIR}/repositories 0711 root root -
`;
}

/** A week of the access log (logrotate(8)); Traefik opens it anew at SIGUSR1. */
export function renderLogRotation(): string {
  return `${HEADER}${PLACES.accessLog} {
	daily
	maxsize 100M
	rotate 7
	compress
	delaycompress
	missingok
	notifempty
	su ${PROXY_USER} ${PROXY_USER}
	postrotate
		systemctl kill --signal=USR1 --kill-whom=main ${PROXY_UNIT}
	endscript
}
`;
}
