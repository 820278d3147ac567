import { lstat, readlink } from 'node:fs/promises';
import type { Item } from '../core/deploy/push-plan.ts';
import { digestFile, hasCode } from './files.ts';

/** Bits of a file's mode that a push keeps: nobody else may write. */
const KEPT_MODE = 0o755;

/** What lies at a path; undefined: nothing that can be pushed. */
export async function readItem(path: string): Promise<Item | undefined> {
  try {
    const found = await lstat(path);
    if (found.isDirectory()) return { kind: 'folder' };
    if (found.isSymbolicLink()) return { kind: 'link', target: await readlink(path) };
    if (!found.isFile()) return undefined;
    const mode = found.mode & KEPT_MODE;
    return { kind: 'file', digest: await digestFile(path), size: found.size, mode };
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** The same of many paths below a folder, as far as there is something. */
export async function findItems(folder: string, paths: Iterable<string>): Promise<Map<string, Item>> {
  const found = new Map<string, Item>();
  for (const path of paths) {
    const item = await readItem(`${folder}/${path}`);
    if (item !== undefined) found.set(path, item);
  }
  return found;
}
