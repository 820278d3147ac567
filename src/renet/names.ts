import type { Wanted } from '../core/commands/complete.ts';
import { readRecords } from '../edges/records.ts';
import { readNames } from './repository-names.ts';
import { knownAddresses } from './service-addresses.ts';

/** Names that exist on this machine, for completion. */
export async function findNames({ kind, operands: [repository] }: Wanted, runDir: string): Promise<string[]> {
  if (kind === 'repository') return [...new Set((await readNames(runDir)).values())].sort();
  if (kind !== 'service') return [];
  const record = (await readRecords(runDir)).find(({ name }) => name === repository);
  return record === undefined ? [] : [...(await knownAddresses(record)).keys()].sort();
}
