import { mkdir } from 'node:fs/promises';
import * as z from 'zod/mini';
import { type NetworkId, nextNetworkId } from '../../core/network/subnet.ts';
import { Refusal } from '../../core/refusal.ts';
import { readText, writeWhole } from '../../edges/files.ts';
import { withFolderLocked } from '../../edges/lock.ts';

const networksFile = z.object({ repositories: z.record(z.string(), z.number()) });

/** Each folder's network id: the one that it has had on this machine, or the lowest free one, written down for the next time. */
export async function assignNetworkIds(
  stateDir: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, NetworkId>> {
  await mkdir(stateDir, { recursive: true });
  return withFolderLocked(stateDir, async () => {
    const file = `${stateDir}/networks.json`;
    const ids = readNetworkIds(await readText(file), file);
    const known = ids.size;
    for (const path of paths) {
      if (!ids.has(path)) ids.set(path, nextNetworkId(new Set(ids.values())));
    }
    if (ids.size > known) {
      await writeWhole(file, `${JSON.stringify({ repositories: Object.fromEntries(ids) }, null, 2)}\n`);
    }
    return ids;
  });
}

function readNetworkIds(text: string | undefined, file: string): Map<string, NetworkId> {
  if (text === undefined) return new Map();
  try {
    return new Map(Object.entries(z.parse(networksFile, JSON.parse(text)).repositories));
  } catch {
    throw new Refusal(
      'network-ids-damaged',
      `${file} is damaged: it should give each repository's folder its network id`,
      'Mend it, or remove it: repositories then get new ids, and start with empty daemons. It was left as it is.',
    );
  }
}
