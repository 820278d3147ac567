import { repositoryUnits } from '../repository/places.ts';
import { PLACES, ROUTER_UNIT } from './places.ts';
import { HEADER } from './units.ts';

const OF_INSTANCE = repositoryUnits('%i');

/** How long containers may take to stop, in seconds: each gets ten, unless its compose file says more. */
const STOP_TIMEOUT = 300;

/**
 * Stops a repository's containers as Compose would, before anything that they need: dependents first. Otherwise a machine that goes
 * down would end all of them at once.
 */
export function renderContainersService(): string {
  return `${HEADER}
[Unit]
Description=Containers of repository %i
Wants=${OF_INSTANCE.docker} ${CONTAINERS_TARGET}
After=${OF_INSTANCE.docker} ${CONTAINERS_TARGET} network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=${PLACES.renet} repo stop-containers %i
TimeoutStopSec=${STOP_TIMEOUT}
`;
}

/** Containers' scopes stop after it, and it stops after all repositories: systemd knows no shorter way to order what has no name yet. */
export const CONTAINERS_TARGET = 'rediacc-containers.target';

export function renderContainersTarget(): string {
  return `${HEADER}
[Unit]
Description=Containers of all repositories
`;
}

/** For the scopes that runc makes (systemd.unit(5), drop-ins for a prefix). */
export function renderScopeOrder(): string {
  return `${HEADER}
[Unit]
Before=${CONTAINERS_TARGET}
`;
}

/** Brings a repository up with the machine. */
export function renderBootService(): string {
  return `${HEADER}
[Unit]
Description=Repository %i, up with the machine
Wants=network-online.target
After=network-online.target ${ROUTER_UNIT}

[Service]
Type=oneshot
ExecStart=${PLACES.renet} repo boot %i
TimeoutStartSec=infinity

[Install]
WantedBy=multi-user.target
`;
}
