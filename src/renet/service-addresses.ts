import { refuseCollisions } from '../core/network/names.ts';
import { assignSlots, readSlots, type Slots } from '../core/network/slots.ts';
import { writeSlots } from '../core/network/slots-text.ts';
import { serviceAddress } from '../core/network/subnet.ts';
import type { RepositoryRecord } from '../core/repository/record.ts';
import { readText, writeWhole } from '../edges/files.ts';
import { withFolderLocked } from '../edges/lock.ts';

/** The addresses that a repository's `.rediacc.json` gives, by service. */
export async function knownAddresses(record: RepositoryRecord): Promise<ReadonlyMap<string, string>> {
  const text = await readText(slotsPath(record));
  return toAddresses(record, text === undefined ? new Map() : readSlots(text, slotsPath(record)));
}

/** The same with an address for each service named; new ones are written down first, by one process at a time. */
export async function ensureAddresses(
  record: RepositoryRecord,
  services: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  refuseCollisions(services);
  const known = await knownAddresses(record);
  if (services.every((service) => known.has(service))) return known;
  return withFolderLocked(record.path, async () => {
    const path = slotsPath(record);
    const text = (await readText(path)) ?? '';
    const slots = assignSlots(text === '' ? new Map() : readSlots(text, path), services);
    await writeWhole(path, writeSlots(text, slots));
    return toAddresses(record, slots);
  });
}

function slotsPath(record: RepositoryRecord): string {
  return `${record.path}/.rediacc.json`;
}

function toAddresses(record: RepositoryRecord, slots: Slots): Map<string, string> {
  return new Map([...slots].map(([service, slot]) => [service, serviceAddress(record.networkId, slot)]));
}
