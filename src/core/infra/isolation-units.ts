import { probePath, SERVER_FENCE, wrapperEnvironment } from '../isolation/fence.ts';
import { PIN_SCRIPT } from '../isolation/pin.ts';
import { REPORT_SCRIPT, RUNC_WRAPPER } from '../isolation/wrapper.ts';
import { RUN_DIR } from '../repository/places.ts';
import { DEFAULT_STATE_DIR } from '../repository/record.ts';
import { DOCKER_GROUP, ISOLATION_UNIT, PLACES } from './places.ts';
import { HEADER } from './units.ts';

/** Programs beside each other on a server, by name. */
export const ISOLATION_PROGRAMS: Readonly<Record<string, string>> = {
  runc: RUNC_WRAPPER,
  pin: PIN_SCRIPT,
  report: REPORT_SCRIPT,
};

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What keeps a repository apart, in the units of its daemons. */
export type Fenced = { readonly unit: string; readonly service: string };

const SERVER_DIRS = { runDir: RUN_DIR, stateDir: DEFAULT_STATE_DIR };

export const NOT_FENCED: Fenced = { unit: '', service: '' };

/**
 * They start only when the kernel knows whose they are, and find the wrapper of runc before runc. Not Requires=, by which they would
 * start anew whenever the programs are loaded anew.
 */
export function renderFenced(): Fenced {
  const variables = {
    PATH: `${PLACES.isolation}:${DEFAULT_PATH}`,
    ...wrapperEnvironment(SERVER_FENCE, '%i', SERVER_DIRS),
  };
  const lines = Object.entries(variables).map(([name, value]) => `Environment=${name}=${value}`);
  return {
    unit: `Wants=${ISOLATION_UNIT}\nAfter=${ISOLATION_UNIT}\n`,
    service: [...lines, `ExecStartPre=${PLACES.renet} isolation enter %i`, ''].join('\n'),
  };
}

/**
 * Loads the programs for the kernel. In the slice that they are attached to, which so stays; without a stop, since their absence would
 * let everybody in.
 *
 * @param renet path of the program: another one may bring others
 * @param ports of the machine's own loopback that repositories may reach, as the setting has them
 */
export function renderIsolationService(renet: string, ports: string): string {
  return `${HEADER}
[Unit]
Description=What keeps repositories apart in the kernel

[Service]
Type=oneshot
RemainAfterExit=yes
Slice=rediacc.slice
ExecStart=${renet} isolation on${ports === '' ? '' : ` --loopback-ports=${ports}`}

[Install]
WantedBy=multi-user.target
`;
}

/** Where the route server asks whether repositories are kept apart. */
export const PROBE_PATH = probePath(RUN_DIR);

export function renderProbeSocket(): string {
  return `${HEADER}
[Unit]
Description=Whether repositories are kept apart

[Socket]
ListenStream=${PROBE_PATH}
SocketMode=0660
SocketGroup=${DOCKER_GROUP}
Accept=yes
RemoveOnStop=yes
TriggerLimitIntervalSec=0

[Install]
WantedBy=sockets.target
`;
}

/** Runs where repositories run, so that what it is refused they are refused. */
export function renderProbeService(): string {
  return `${HEADER}
[Unit]
Description=Tries to reach the machine as a repository would
CollectMode=inactive-or-failed

[Service]
Slice=rediacc.slice
Environment=REDIACC_PINS=${SERVER_FENCE.pins}
ExecStart=${PLACES.isolation}/report
StandardInput=socket
RuntimeMaxSec=10
`;
}
