import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { COMPOSE_FILE_NAMES } from '../../core/compose/files.ts';
import { Refusal } from '../../core/refusal.ts';
import { isFolder, listNames } from '../../edges/files.ts';

/** A folder that is one application stack. */
export type Repository = { readonly name: string; readonly path: string };

const MARKS: readonly string[] = [...COMPOSE_FILE_NAMES, 'Rediaccfile'];

/** The repositories that paths stand for: each is one itself, or a folder of them. In the order given, folders A-Z. */
export async function findRepositories(paths: readonly string[]): Promise<Repository[]> {
  const found = (await Promise.all(paths.map(findIn))).flat();
  return [...new Map(found.map((repository) => [repository.path, repository])).values()];
}

async function findIn(given: string): Promise<Repository[]> {
  if (!(await isFolder(given))) throw noRepository(given, 'it is no folder');
  const path = await realpath(given);
  if (await isRepository(path)) return [{ name: basename(path), path }];
  const children = (await listNames(path)).sort().map((name) => ({ name, path: `${path}/${name}` }));
  const marked = await Promise.all(children.map((child) => isRepository(child.path)));
  const repositories = children.filter((_, i) => marked[i]);
  if (repositories.length === 0)
    throw noRepository(given, `neither it nor a folder in it has one of ${MARKS.join(', ')}`);
  return repositories;
}

async function isRepository(path: string): Promise<boolean> {
  const names = await listNames(path);
  return names.some((name) => MARKS.includes(name));
}

function noRepository(path: string, reason: string): Refusal {
  return new Refusal(
    'no-repository',
    `there is no repository in ${path}: ${reason}`,
    'Name a folder with a compose file or a Rediaccfile, or a folder of such folders.',
  );
}
