import type { NetworkId } from '../network/subnet.ts';
import { repositoryStateDir, socketPath } from './record.ts';

/** Where a repository's Docker daemon keeps its files. */
export type DaemonPlaces = {
  readonly networkId: NetworkId;
  readonly socket: string;
  /** Goes with the machine's `/run`: sockets, pid files, containerd's configuration. */
  readonly runDir: string;
  /** Images, containers, volumes. */
  readonly stateDir: string;
};

export function daemonPlaces(dirs: { runDir: string; stateDir: string }, id: NetworkId): DaemonPlaces {
  return {
    networkId: id,
    socket: socketPath(dirs.runDir, id),
    runDir: `${dirs.runDir}/${id}`,
    stateDir: repositoryStateDir(dirs.stateDir, id),
  };
}

export const containerdSocket = ({ runDir }: Pick<DaemonPlaces, 'runDir'>): string =>
  `${runDir}/containerd.sock`;
export const containerdConfigPath = ({ runDir }: DaemonPlaces): string => `${runDir}/containerd.toml`;
export const containerdPidPath = ({ runDir }: DaemonPlaces): string => `${runDir}/containerd.pid`;
export const dockerPidPath = ({ runDir }: Pick<DaemonPlaces, 'runDir'>): string => `${runDir}/docker.pid`;

/** containerd's configuration (containerd config v2), without its Kubernetes half. */
export function renderContainerdConfig(places: DaemonPlaces): string {
  return `version = 2
root = ${JSON.stringify(`${places.stateDir}/containerd`)}
state = ${JSON.stringify(`${places.runDir}/containerd`)}
disabled_plugins = ["io.containerd.grpc.v1.cri"]

[grpc]
address = ${JSON.stringify(containerdSocket(places))}
`;
}

export function containerdCommand(places: DaemonPlaces): [string, ...string[]] {
  return ['containerd', '--config', containerdConfigPath(places)];
}

export function dockerdCommand(places: DaemonPlaces): [string, ...string[]] {
  return ['dockerd', '--host', `unix://${places.socket}`, ...dockerdFlags(places)];
}

/**
 * A daemon without networks of its own: containers use the host's. containerd is named because dockerd takes the system's
 * one without a word where that runs. The host's gateway is localhost, so that `extra_hosts: host.docker.internal:host-gateway`
 * still means the machine.
 */
export function dockerdFlags(places: Pick<DaemonPlaces, 'runDir' | 'stateDir'>): string[] {
  return [
    '--containerd',
    containerdSocket(places),
    '--data-root',
    `${places.stateDir}/docker`,
    '--exec-root',
    `${places.runDir}/docker`,
    '--pidfile',
    dockerPidPath(places),
    '--bridge=none',
    '--iptables=false',
    '--ip6tables=false',
    '--ip-forward=false',
    '--host-gateway-ip=127.0.0.1',
  ];
}
