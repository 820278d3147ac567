import { CLAIMS_FILE, PORTS_FILE, readClaims, readLeases } from '../../core/claims/state-files.ts';
import type { NetworkId } from '../../core/network/subnet.ts';
import { Refusal } from '../../core/refusal.ts';
import {
  type Definition,
  findDefinition,
  idsOfFiles,
  readDefinition,
  requireReady,
  writeDefinition,
} from '../../core/repository/definition.ts';
import { REPOSITORIES, repositoryPlaces } from '../../core/repository/places.ts';
import { DEFAULT_STATE_DIR, routerStateDir } from '../../core/repository/record.ts';
import { listNames, readText, writeWhole } from '../../edges/files.ts';
import { waitForFolder } from '../../edges/lock.ts';
import { TIMES } from '../../edges/times.ts';

/** The repositories of this server, by name. */
export async function loadDefinitions(): Promise<Definition[]> {
  const names = (await listNames(REPOSITORIES)).filter((name) => /^\d+\.json$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = `${REPOSITORIES}/${name}`;
      const text = await readText(path);
      return text === undefined ? [] : [readDefinition(text, path)];
    }),
  );
  return found.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @param name or its network id */
export async function loadDefinition(name: string): Promise<Definition> {
  return findDefinition(await loadDefinitions(), name);
}

export async function saveDefinition(one: Definition): Promise<void> {
  await writeWhole(repositoryPlaces(one).definition, writeDefinition(one));
}

/** Network ids that something is left of: files, or a host or port that the route server keeps for its repository. */
export async function takenIds(): Promise<ReadonlySet<NetworkId>> {
  const folder = routerStateDir(DEFAULT_STATE_DIR);
  const [names, claims, ports] = await Promise.all([
    listNames(REPOSITORIES),
    readText(`${folder}/${CLAIMS_FILE}`),
    readText(`${folder}/${PORTS_FILE}`),
  ]);
  const claimed = claims === undefined ? [] : [...readClaims(claims, TIMES).values()].flat();
  const leased = ports === undefined ? [] : readLeases(ports, TIMES);
  return new Set([...idsOfFiles(names), ...[...claimed, ...leased].map(({ networkId }) => networkId)]);
}

/** A repository that nobody else works on, as it is now. */
export type Taken = AsyncDisposable & { readonly one: Definition };

/**
 * Waits for whoever works on a repository, and says so.
 *
 * @param check what it must be then: whoever was at work may have changed it
 */
export async function takeRepository(
  name: string,
  say: (line: string) => void,
  check: (one: Definition) => Definition = requireReady,
): Promise<Taken> {
  requireRoot();
  const before = await loadDefinition(name);
  const lock = await waitForFolder(repositoryPlaces(before).lock, () =>
    say(`another renet is at work on '${before.name}': waiting for its end`),
  );
  try {
    return { ...lock, one: check(await loadDefinition(name)) };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

export function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new Refusal(
    'not-root',
    'repositories of a server can be changed by root alone',
    'Run the command with sudo.',
  );
}
