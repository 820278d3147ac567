import { refuseCollisions } from '../core/network/names.ts';
import { assignSlots, readSlots, type Slots } from '../core/network/slots.ts';
import { writeSlots } from '../core/network/slots-text.ts';
import { serviceAddress } from '../core/network/subnet.ts';
import type { RepositoryRecord } from '../core/repository/record.ts';
import { readText, writeWholeIfChanged } from '../edges/files.ts';
import { withFolderLocked } from '../edges/lock.ts';

/** A service's place in the subnet. */
export type Place = { readonly slot: number; readonly address: string };

/** What a repository's `.rediacc.json` gives, by service. */
export async function knownSlots(record: RepositoryRecord): Promise<ReadonlyMap<string, Place>> {
  const text = await readText(slotsPath(record));
  const slots: Slots = text === undefined ? new Map() : readSlots(text, slotsPath(record));
  const places = [...slots].map(([service, slot]): [string, Place] => [
    service,
    { slot, address: serviceAddress(record.networkId, slot) },
  ]);
  return new Map(places);
}

/** The addresses alone. */
export async function knownAddresses(record: RepositoryRecord): Promise<ReadonlyMap<string, string>> {
  const places = await knownSlots(record);
  return new Map([...places].map(([service, { address }]) => [service, address]));
}

/** The same with an address for each service named; new ones are written down first, by one process at a time. */
export async function ensureAddresses(
  record: RepositoryRecord,
  services: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  refuseCollisions(services);
  const known = await knownAddresses(record);
  if (services.every((service) => known.has(service))) return known;
  await changeSlots(record, (text = '') =>
    writeSlots(text, assignSlots(text === '' ? new Map() : readSlots(text, slotsPath(record)), services)),
  );
  return knownAddresses(record);
}

/** Changes the file while no other process does. */
export async function changeSlots(
  record: RepositoryRecord,
  change: (text: string | undefined) => string,
): Promise<void> {
  await withFolderLocked(record.path, async () => {
    const path = slotsPath(record);
    await writeWholeIfChanged(path, change(await readText(path)));
  });
}

/** Where they are written down. */
export function slotsPath(record: RepositoryRecord): string {
  return `${record.path}/.rediacc.json`;
}
