import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { ComposeArguments } from '../core/compose/arguments.ts';
import {
  COMPOSE_FILE_NAMES,
  type Folder,
  findComposeFiles,
  readComposeFileVariable,
} from '../core/compose/files.ts';
import { Refusal } from '../core/refusal.ts';
import { listNames, readText } from '../edges/files.ts';
import type { Environment } from '../edges/process.ts';

/**
 * The compose files of the user: those of `-f`, of `COMPOSE_FILE` (environment, then `.env`), or the ones that Compose would
 * find by itself.
 */
export async function locateComposeFiles(
  args: ComposeArguments,
  environment: Environment,
): Promise<readonly string[]> {
  if (args.files.length > 0) return args.files;
  const start = resolve(args.projectDirectory ?? '.');
  const found = findComposeFiles(await listFolders(start));
  const variables = { ...(await readDotEnv(args, environment, found?.folder ?? start)), ...environment };
  const files = readComposeFileVariable(variables) ?? found?.files;
  if (files === undefined) throw noComposeFile(start);
  return files;
}

async function listFolders(start: string): Promise<Folder[]> {
  const paths = [start];
  for (let path = start; path !== dirname(path); path = dirname(path)) paths.push(dirname(path));
  return Promise.all(paths.map(async (path) => ({ path, names: new Set(await listNames(path)) })));
}

async function readDotEnv(
  args: ComposeArguments,
  environment: Environment,
  folder: string,
): Promise<Environment> {
  const listed = environment['COMPOSE_ENV_FILES']?.split(',').filter((path) => path !== '') ?? [];
  const named = args.envFiles.length > 0 ? args.envFiles : listed;
  const paths = named.length > 0 ? named : [join(folder, '.env')];
  const texts = await Promise.all(paths.map((path) => readText(path)));
  return Object.assign({}, ...texts.map((text) => parseEnv(text ?? '')));
}

function noComposeFile(folder: string): Refusal {
  return new Refusal(
    'no-compose-file',
    `there is no compose file in ${folder} or above it (${COMPOSE_FILE_NAMES.join(', ')})`,
    'Change to the folder of a repository, or name the file: renet compose -- -f FILE …',
  );
}
