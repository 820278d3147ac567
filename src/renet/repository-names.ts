import type { NetworkId } from '../core/network/subnet.ts';
import { readRecords } from '../edges/records.ts';
import { loadDefinitions } from './repository/definitions.ts';

/** The names of repositories that are up, and of those that a server has. */
export async function readNames(runDir: string): Promise<ReadonlyMap<NetworkId, string>> {
  const [records, definitions] = await Promise.all([readRecords(runDir), loadDefinitions()]);
  return new Map([...definitions, ...records].map(({ networkId, name }) => [networkId, name]));
}
