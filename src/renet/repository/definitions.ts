import { mkdir } from 'node:fs/promises';
import { CLAIMS_FILE, PORTS_FILE, readClaims, readLeases } from '../../core/claims/state-files.ts';
import type { NetworkId } from '../../core/network/subnet.ts';
import { Refusal } from '../../core/refusal.ts';
import {
  type Definition,
  findDefinition,
  idsOfFiles,
  readDefinition,
  writeDefinition,
} from '../../core/repository/definition.ts';
import { REPOSITORIES, repositoryPlaces } from '../../core/repository/places.ts';
import { DEFAULT_STATE_DIR, routerStateDir } from '../../core/repository/record.ts';
import { listNames, readText, writeWhole } from '../../edges/files.ts';
import { lockFolder } from '../../edges/lock.ts';
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

/** Waits for whoever works on the repository, and says so. */
export async function lockRepository(one: Definition, say: (line: string) => void): Promise<AsyncDisposable> {
  const folder = repositoryPlaces(one).lock;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let lock = await lockFolder(folder, false);
  if (lock === undefined) {
    say(`another renet is at work on '${one.name}': waiting for its end`);
    lock = await lockFolder(folder, true);
  }
  return { [Symbol.asyncDispose]: async () => lock?.release() };
}

export function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new Refusal(
    'not-root',
    'repositories of a server can be changed by root alone',
    'Run the command with sudo.',
  );
}
