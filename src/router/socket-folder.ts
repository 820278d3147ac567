import { type FSWatcher, watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isNetworkId, type NetworkId } from '../core/network/subnet.ts';
import { Refusal } from '../core/refusal.ts';
import { recordFolder } from '../core/repository/record.ts';
import { listNames } from '../edges/files.ts';

/** The daemons' sockets by network id. */
export type Sockets = ReadonlyMap<NetworkId, string>;

export type SocketFolder = {
  /** Those of daemons that are wanted: one whose record has gone is being taken down. */
  readonly list: () => Promise<Sockets>;
  /** Where a daemon's socket is, or would be. */
  readonly socketOf: (id: NetworkId) => string;
  readonly close: () => void;
};

/**
 * The sockets that match a pattern such as `/var/run/rediacc/docker-*.sock`, where `*` is the network id.
 *
 * @param onChange is called when a socket or a repository's record appears or goes
 */
export async function watchSocketFolder(pattern: string, onChange: () => void): Promise<SocketFolder> {
  const folder = dirname(pattern);
  const [prefix, suffix, ...more] = basename(pattern).split('*');
  if (suffix === undefined || more.length > 0 || folder.includes('*')) {
    throw new Refusal(
      'option-invalid',
      `--sockets '${pattern}' must have one * for the network id, in the name of the socket`,
      'Write it as in /var/run/rediacc/docker-*.sock.',
    );
  }
  const records = recordFolder(folder);
  await mkdir(records, { recursive: true });
  // Watching is renewed at every start only: a folder that is deleted under a running server is the operator's doing.
  const watchers: FSWatcher[] = [folder, records].map((one) => watch(one, onChange).on('error', onChange));
  const isWanted = followRecords();
  return {
    close: () => {
      for (const watcher of watchers) watcher.close();
    },
    socketOf: (id) => `${folder}/${prefix}${id}${suffix}`,
    list: async () => {
      const found = (await listNames(folder)).flatMap((name): [NetworkId, string][] => {
        const id = matchId(name, prefix ?? '', suffix);
        return id === undefined ? [] : [[id, `${folder}/${name}`]];
      });
      const wanted = isWanted(found, new Set(await listNames(records)));
      return new Map(wanted.sort(([a], [b]) => a - b));
    },
  };
}

/**
 * A daemon that nobody has written a record of is wanted, too; one that had a record, and has none any more, is not. dockerd would
 * wait five seconds at its end for whoever still listens to its events (seen on 26.1).
 */
function followRecords(): <T extends readonly [NetworkId, string]>(
  sockets: readonly T[],
  names: ReadonlySet<string>,
) => T[] {
  let before: ReadonlySet<NetworkId> = new Set();
  return (sockets, names) => {
    const hasRecord = (id: NetworkId): boolean => names.has(`${id}.json`);
    const wanted = sockets.filter(([id]) => hasRecord(id) || !before.has(id));
    before = new Set(sockets.map(([id]) => id).filter((id) => hasRecord(id) || before.has(id)));
    return wanted;
  };
}

function matchId(name: string, prefix: string, suffix: string): NetworkId | undefined {
  if (!name.startsWith(prefix) || !name.endsWith(suffix)) return undefined;
  const digits = name.slice(prefix.length, name.length - suffix.length);
  const id = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  return isNetworkId(id) ? id : undefined;
}
