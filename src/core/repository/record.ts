import * as z from 'zod/mini';
import type { NetworkId } from '../network/subnet.ts';

/** A repository that is up, as `<run folder>/repositories/<network id>.json` says it: what `renet compose` must know of it. */
export type RepositoryRecord = z.infer<typeof repositoryRecord>;

const repositoryRecord = z.object({
  networkId: z.number(),
  name: z.string(),
  /** The folder with the compose file, without symbolic links. */
  path: z.string(),
  /** The socket of its Docker daemon. */
  socket: z.string(),
  /** Where its hosts files, overrides and the daemon's data lie. */
  stateDir: z.string(),
  /** What its compose files may ask for that leads out of it. */
  permissions: z.optional(z.array(z.string())),
});

export const DEFAULT_RUN_DIR = '/var/run/rediacc';
export const DEFAULT_STATE_DIR = '/var/lib/rediacc';

export function socketPath(runDir: string, id: NetworkId): string {
  return `${runDir}/docker-${id}.sock`;
}

export function recordFolder(runDir: string): string {
  return `${runDir}/repositories`;
}

export function recordPath(runDir: string, id: NetworkId | '%i'): string {
  return `${recordFolder(runDir)}/${id}.json`;
}

export function repositoryStateDir(stateDir: string, id: NetworkId | '%i'): string {
  return `${stateDir}/repositories/${id}`;
}

/** Where the route server keeps claims, leases and the operator's decisions. */
export function routerStateDir(stateDir: string): string {
  return `${stateDir}/router`;
}

/** @throws Error when the file is not one that we wrote */
export function readRecord(text: string): RepositoryRecord {
  return z.parse(repositoryRecord, JSON.parse(text));
}

export function writeRecord(record: RepositoryRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** The repository that a folder lies in: the deepest one, as repositories may lie in another's folder. */
export function recordOfFolder(
  records: readonly RepositoryRecord[],
  folder: string,
): RepositoryRecord | undefined {
  return records
    .filter(({ path }) => folder === path || folder.startsWith(`${path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}
