import type { NetworkId } from '../network/subnet.ts';
import { recordPath, repositoryStateDir } from '../repository/record.ts';

/** Where the kernel keeps repositories apart: those of a server, or those of one `renet local`. */
export type Fence = {
  /** A folder of the BPF file system, with the programs and their maps. */
  readonly pins: string;
  /** Where cgroups (version 2) are mounted. */
  readonly cgroups: string;
  /** The cgroup above all repositories, which the programs are attached to; below `cgroups`, as `/rediacc.slice`. */
  readonly top: string;
  /** How the cgroups of containers are made. */
  readonly driver: 'systemd' | 'cgroupfs';
};

const BPF_FILESYSTEM = '/sys/fs/bpf';

/** A server's: systemd makes the cgroups. */
export const SERVER_FENCE: Fence = {
  pins: `${BPF_FILESYSTEM}/rediacc`,
  cgroups: '/sys/fs/cgroup',
  top: '/rediacc.slice',
  driver: 'systemd',
};

/**
 * Of a `renet local`, which needs no systemd.
 *
 * @param key of it alone, of letters and digits
 */
export function localFence(key: string, cgroups: string): Fence {
  return { pins: `${BPF_FILESYSTEM}/rediacc-${key}`, cgroups, top: `/rediacc-${key}`, driver: 'cgroupfs' };
}

/** The socket behind which somebody among the repositories tries to reach the machine. */
export function probePath(runDir: string): string {
  return `${runDir}/probe.sock`;
}

/** The cgroup of a repository: its daemons and its containers are below. */
export function repositoryCgroup({ top, driver }: Fence, id: NetworkId): string {
  return driver === 'systemd' ? `${top}/rediacc-${id}.slice` : `${top}/${id}`;
}

/** The cgroup of the daemons of a repository, where systemd makes none. */
export function daemonsCgroup(fence: Fence, id: NetworkId): string {
  return `${repositoryCgroup(fence, id)}/daemons`;
}

/** A command that runs in a cgroup (cgroups(7)), where systemd does not see to it. */
export function inCgroup(
  { cgroups }: Fence,
  cgroup: string,
  argv: readonly [string, ...string[]],
): [string, ...string[]] {
  return ['sh', '-c', 'echo $$ >"$0" && exec "$@"', `${cgroups}${cgroup}/cgroup.procs`, ...argv];
}

/** Flags of a dockerd whose containers are to be in the repository's cgroup. */
export function cgroupFlags(fence: Fence, id: NetworkId): string[] {
  const parent = fence.driver === 'systemd' ? `rediacc-${id}.slice` : repositoryCgroup(fence, id);
  return [`--exec-opt=native.cgroupdriver=${fence.driver}`, `--cgroup-parent=${parent}`];
}

/** Where records and states of repositories lie. */
export type RepositoryDirs = { readonly runDir: string; readonly stateDir: string };

/**
 * What the wrapper of runc is told, as environment of containerd and dockerd, which hand it on.
 *
 * @param id of the repository, or what systemd puts there
 */
export function wrapperEnvironment(
  fence: Fence,
  id: NetworkId | '%i',
  { runDir, stateDir }: RepositoryDirs,
): Readonly<Record<string, string>> {
  const { pins, cgroups, top, driver } = fence;
  const isSystemd = driver === 'systemd';
  return {
    REDIACC_NETWORK_ID: String(id),
    REDIACC_RECORD: recordPath(runDir, id),
    REDIACC_STATE: repositoryStateDir(stateDir, id),
    REDIACC_PINS: pins,
    REDIACC_CGROUPS: cgroups,
    REDIACC_CGROUP: isSystemd ? `${top}/rediacc-${id}.slice` : `${top}/${id}`,
    // As runc is told it: a slice and a prefix for systemd, else a path.
    REDIACC_CGROUPS_PATH: isSystemd ? `rediacc-${id}.slice:` : `${top}/${id}/`,
  };
}
