import { containerdSocket, dockerdFlags } from '../repository/daemon.ts';
import { DEFAULT_STATE_DIR } from '../repository/record.ts';
import type { Fenced } from './isolation-units.ts';
import { DOCKER_GROUP } from './places.ts';
import { HEADER } from './units.ts';

/** Of the repository whose network id is the unit's instance. */
const OF_INSTANCE = { runDir: '/run/rediacc/%i', stateDir: `${DEFAULT_STATE_DIR}/repositories/%i` };
const SOCKET = '/run/rediacc/docker-%i.sock';

/** For all repositories; where each has its files is said on the command line. */
export const CONTAINERD_CONFIG = '/etc/rediacc/containerd.toml';

/** The socket is there exactly while the repository is wanted, and keeps requests while its daemon restarts. */
export function renderDockerSocket(): string {
  return `${HEADER}
[Unit]
Description=Docker's socket of repository %i

[Socket]
ListenStream=${SOCKET}
SocketMode=0660
SocketGroup=${DOCKER_GROUP}
RemoveOnStop=yes
TriggerLimitIntervalSec=0
`;
}

/**
 * Containers outlive restarts of their daemon (live-restore), so only its own process is stopped.
 *
 * @param fenced what keeps its repository apart from others
 */
export function renderDockerService(fenced: Fenced): string {
  return `${HEADER}
[Unit]
Description=Docker daemon of repository %i
Requires=rediacc-docker@%i.socket rediacc-containerd@%i.service
After=rediacc-docker@%i.socket rediacc-containerd@%i.service network-online.target
Wants=network-online.target
RequiresMountsFor=${OF_INSTANCE.stateDir}
# There only while the repository is mounted: a daemon never fills the folder below.
AssertPathIsDirectory=${OF_INSTANCE.stateDir}/files
StartLimitIntervalSec=0
${fenced.unit}
[Service]
Type=notify
Slice=rediacc-%i.slice
${fenced.service}ExecStart=dockerd --host=fd:// ${dockerdFlags(OF_INSTANCE).join(' ')} --live-restore --exec-opt=native.cgroupdriver=systemd --cgroup-parent=rediacc-%i.slice
ExecReload=/bin/kill -HUP $MAINPID
Delegate=yes
KillMode=process
LimitNOFILE=1048576
OOMScoreAdjust=-500
Restart=always
RestartSec=2
TimeoutStartSec=0
`;
}

/** @param fenced what keeps its repository apart from others */
export function renderContainerdService(fenced: Fenced): string {
  return `${HEADER}
[Unit]
Description=containerd of repository %i
RequiresMountsFor=${OF_INSTANCE.stateDir}
# There only while the repository is mounted: a daemon never fills the folder below.
AssertPathIsDirectory=${OF_INSTANCE.stateDir}/files
StartLimitIntervalSec=0
${fenced.unit}
[Service]
Type=notify
Slice=rediacc-%i.slice
${fenced.service}ExecStart=containerd --config=${CONTAINERD_CONFIG} --address=${containerdSocket(OF_INSTANCE)} --root=${OF_INSTANCE.stateDir}/containerd --state=${OF_INSTANCE.runDir}/containerd
Delegate=yes
KillMode=process
LimitNOFILE=1048576
OOMScoreAdjust=-999
Restart=always
RestartSec=2
`;
}

/** containerd without its Kubernetes half (containerd config v2). */
export function renderContainerdConfig(): string {
  return `${HEADER}version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri"]
`;
}
