import type { NetworkId } from '../network/subnet.ts';
import type { Permissions } from './permissions.ts';
import {
  DEFAULT_RUN_DIR,
  DEFAULT_STATE_DIR,
  type RepositoryRecord,
  repositoryStateDir,
  socketPath,
} from './record.ts';

/** Definitions, images and folders of all repositories of a server. */
export const REPOSITORIES = `${DEFAULT_STATE_DIR}/repositories`;
/** DEFAULT_RUN_DIR as the kernel names it. */
export const RUN_DIR = '/run/rediacc';
/** A folder for each repository that somebody works on; the lock is the kernel's, on the folder. */
const LOCKS = `${RUN_DIR}/locks`;

/** What tells a repository from all others. */
export type Named = { readonly networkId: NetworkId; readonly name: string };

/** Where a repository of a server has its things. */
export type RepositoryPlaces = {
  readonly definition: string;
  readonly image: string;
  /** A plain folder, or where the image is mounted: the repository's files, and the state of its daemon. */
  readonly folder: string;
  /** What a push fills, and what containers keep beside it; its name is Compose's project. There only while the image is mounted. */
  readonly files: string;
  /** What the last push has made. */
  readonly pushed: string;
  /** Where a push gathers what it brings. */
  readonly incoming: string;
  /** What containers have been able to write to, ever; `pin` of core/isolation keeps it. */
  readonly writable: string;
  readonly lock: string;
};

export function repositoryPlaces({ networkId: id, name }: Named): RepositoryPlaces {
  const folder = repositoryStateDir(DEFAULT_STATE_DIR, id);
  return {
    definition: `${REPOSITORIES}/${id}.json`,
    image: `${REPOSITORIES}/${id}.img`,
    folder,
    files: `${folder}/files/${name}`,
    pushed: `${folder}/pushed.json`,
    incoming: `${folder}/incoming`,
    writable: `${folder}/writable`,
    lock: `${LOCKS}/${id}`,
  };
}

/** What others must know of it while it is up. */
export function recordOf(one: Named & { readonly permissions?: Permissions | undefined }): RepositoryRecord {
  const { networkId, name, permissions = [] } = one;
  const { files, folder } = repositoryPlaces(one);
  return {
    networkId,
    name,
    path: files,
    socket: socketPath(DEFAULT_RUN_DIR, networkId),
    stateDir: folder,
    permissions: [...permissions],
  };
}

/** The units of a repository, as push-infra brings them. */
export type RepositoryUnits = {
  readonly containerd: string;
  readonly docker: string;
  readonly socket: string;
  /** Active while containers may run: its stop stops them in order. */
  readonly containers: string;
  /** Enabled when the repository is to come up with the machine. */
  readonly boot: string;
  /** What a Rediaccfile's function runs in. */
  readonly scope: string;
};

export function repositoryUnits(id: NetworkId | '%i'): RepositoryUnits {
  return {
    containerd: `rediacc-containerd@${id}.service`,
    docker: `rediacc-docker@${id}.service`,
    socket: `rediacc-docker@${id}.socket`,
    containers: `rediacc-containers@${id}.service`,
    boot: `rediacc-boot@${id}.service`,
    scope: `rediacc-function-${id}.scope`,
  };
}
