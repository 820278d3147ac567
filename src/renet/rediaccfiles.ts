import { REDIACCFILE, type Rediaccfiles } from '../core/deploy/rediaccfile.ts';
import { listNames } from '../edges/files.ts';

/** The Rediaccfiles of a repository. */
export async function findRediaccfiles(folder: string): Promise<Rediaccfiles> {
  const names = await listNames(folder);
  const inside = await Promise.all(names.map((name) => listNames(`${folder}/${name}`)));
  return { names, folders: names.filter((_, i) => inside[i]?.includes(REDIACCFILE)) };
}
