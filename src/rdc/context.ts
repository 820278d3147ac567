import { chmod, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  addContext,
  type Context,
  type Contexts,
  readContexts,
  removeContext,
  requireContext,
  writeContexts,
} from '../core/infra/contexts.ts';
import { mapSecrets } from '../core/infra/secrets.ts';
import { alignColumns } from '../core/table.ts';
import { readText, writeWhole } from '../edges/files.ts';
import { withFolderLocked } from '../edges/lock.ts';
import type { Environment } from '../edges/process.ts';

/** Private to the user: settings of servers hold secrets. */
const MODE = 0o600;
const FOLDER_MODE = 0o700;

export function contextsPath(environment: Environment): string {
  return join(environment['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'rediacc', 'rediacc.json');
}

export async function loadContexts(path: string): Promise<Contexts> {
  const text = await readText(path);
  return text === undefined ? new Map() : readContexts(text, path);
}

/** Changes rdc's file while no other rdc does. */
export async function changeContexts(
  environment: Environment,
  change: (contexts: Contexts) => Contexts | Promise<Contexts>,
): Promise<void> {
  const path = contextsPath(environment);
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
  await withFolderLocked(dirname(path), async () => {
    // A file that is there keeps its mode.
    await chmod(path, MODE).catch(() => {});
    await writeWhole(path, writeContexts(await change(await loadContexts(path))), MODE);
  });
}

export async function contextAdd(environment: Environment, name: string, destination: string): Promise<void> {
  await changeContexts(environment, (contexts) => addContext(contexts, name, destination));
}

export async function contextRemove(environment: Environment, name: string): Promise<void> {
  await changeContexts(environment, (contexts) => removeContext(contexts, name));
}

/** A line for each context, or the same as JSON. */
export async function contextList(path: string, json: boolean): Promise<string> {
  const contexts = await loadContexts(path);
  if (json) return JSON.stringify([...contexts].map(shown), null, 2);
  return alignColumns([...contexts].map(([name, { destination }]) => [name, destination])).join('\n');
}

export async function contextShow(path: string, name: string): Promise<string> {
  return JSON.stringify(shown([name, requireContext(await loadContexts(path), name)]), null, 2);
}

/** Of a secret there is only that it is there. */
function shown([name, { secrets, ...context }]: [string, Context]): unknown {
  const marks = mapSecrets(secrets, () => '[set]');
  return { name, ...context, ...(Object.keys(marks).length === 0 ? {} : { secrets: marks }) };
}
