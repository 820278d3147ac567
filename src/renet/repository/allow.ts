import type { Definition } from '../../core/repository/definition.ts';
import { PERMISSIONS, type Permissions, readPermissions } from '../../core/repository/permissions.ts';
import { recordOf } from '../../core/repository/places.ts';
import { DEFAULT_RUN_DIR, recordPath, writeRecord } from '../../core/repository/record.ts';
import { alignColumns } from '../../core/table.ts';
import { readText, writeWhole } from '../../edges/files.ts';
import { loadDefinition, saveDefinition, takeRepository } from './definitions.ts';

type Print = (line: string) => void;

/** `renet repo allow`: what the compose files of a repository may ask for from now on. Without words it lists that. */
export async function allow(name: string, words: readonly string[], print: Print): Promise<void> {
  if (words.length === 0) return list(await loadDefinition(name), print);
  const added = readPermissions(words);
  await change(name, (permissions) => [...new Set([...permissions, ...added])].sort(), print);
}

/** `renet repo forbid`: the opposite. Containers that run keep what they have. */
export async function forbid(name: string, words: readonly string[], print: Print): Promise<void> {
  const removed = new Set(readPermissions(words));
  await change(name, (permissions) => permissions.filter((one) => !removed.has(one)), print);
}

async function change(
  name: string,
  decide: (permissions: Permissions) => Permissions,
  print: Print,
): Promise<void> {
  await using taken = await takeRepository(name, print);
  const one = { ...taken.one, permissions: decide(taken.one.permissions ?? []) };
  await saveDefinition(one);
  // renet compose reads the record alone, which is there while the repository is up.
  const record = recordPath(DEFAULT_RUN_DIR, one.networkId);
  if ((await readText(record)) !== undefined) await writeWhole(record, writeRecord(recordOf(one)));
  list(one, print);
}

function list({ name, permissions = [] }: Definition, print: Print): void {
  print(`${name} is allowed ${permissions.length === 0 ? 'nothing' : 'this'} that leads out of it`);
  for (const line of alignColumns(permissions.map((word) => [`  ${word}`, meaningOf(word)]))) print(line);
}

function meaningOf(word: string): string {
  if (word.startsWith('path:')) return 'this path of the machine, and all below it';
  if (word.startsWith('cap:')) return 'a capability (capabilities(7))';
  return PERMISSIONS[word] ?? '';
}
