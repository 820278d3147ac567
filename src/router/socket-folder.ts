import { type FSWatcher, watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isNetworkId, type NetworkId } from '../core/network/subnet.ts';
import { Refusal } from '../core/refusal.ts';
import { listNames } from '../edges/files.ts';

/** The daemons' sockets by network id. */
export type Sockets = ReadonlyMap<NetworkId, string>;

export type SocketFolder = {
  readonly list: () => Promise<Sockets>;
  /** Where a daemon's socket is, or would be. */
  readonly socketOf: (id: NetworkId) => string;
  readonly close: () => void;
};

/**
 * The sockets that match a pattern such as `/var/run/rediacc/docker-*.sock`, where `*` is the network id.
 *
 * @param onChange is called when something in the folder appears or goes
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
  await mkdir(folder, { recursive: true });
  const watcher: FSWatcher = watch(folder, onChange);
  // Watching is renewed at every start only: a folder that is deleted under a running server is the operator's doing.
  watcher.on('error', onChange);
  return {
    close: () => watcher.close(),
    socketOf: (id) => `${folder}/${prefix}${id}${suffix}`,
    list: async () => {
      const found = (await listNames(folder)).flatMap((name): [NetworkId, string][] => {
        const id = matchId(name, prefix ?? '', suffix);
        return id === undefined ? [] : [[id, `${folder}/${name}`]];
      });
      return new Map(found.sort(([a], [b]) => a - b));
    },
  };
}

function matchId(name: string, prefix: string, suffix: string): NetworkId | undefined {
  if (!name.startsWith(prefix) || !name.endsWith(suffix)) return undefined;
  const digits = name.slice(prefix.length, name.length - suffix.length);
  const id = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  return isNetworkId(id) ? id : undefined;
}
