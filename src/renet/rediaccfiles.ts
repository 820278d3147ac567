import { lstat } from 'node:fs/promises';
import { REDIACCFILE, type Rediaccfiles } from '../core/deploy/rediaccfile.ts';
import { listNames } from '../edges/files.ts';

/** The Rediaccfiles of a repository. Folders are not listed: some are data, with a million files. */
export async function findRediaccfiles(folder: string): Promise<Rediaccfiles> {
  const names = await listNames(folder);
  const has = (name: string): Promise<boolean> =>
    lstat(`${folder}/${name}/${REDIACCFILE}`).then(
      () => true,
      () => false,
    );
  const found = await Promise.all(names.map(has));
  return { names, folders: names.filter((_, i) => found[i]) };
}
