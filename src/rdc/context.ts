import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  addContext,
  type Contexts,
  readContexts,
  removeContext,
  requireContext,
  writeContexts,
} from '../core/infra/contexts.ts';
import { alignColumns } from '../core/table.ts';
import { readText, writeWhole } from '../edges/files.ts';
import type { Environment } from '../edges/process.ts';

/** Private to the user: settings of servers will hold secrets. */
const MODE = 0o600;

export function contextsPath(environment: Environment): string {
  return join(environment['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'rediacc', 'rediacc.json');
}

export async function loadContexts(path: string): Promise<Contexts> {
  const text = await readText(path);
  return text === undefined ? new Map() : readContexts(text, path);
}

export async function contextAdd(path: string, name: string, destination: string): Promise<void> {
  await writeWhole(path, writeContexts(addContext(await loadContexts(path), name, destination)), MODE);
}

export async function contextRemove(path: string, name: string): Promise<void> {
  await writeWhole(path, writeContexts(removeContext(await loadContexts(path), name)), MODE);
}

/** A line for each context, or the same as JSON. */
export async function contextList(path: string, json: boolean): Promise<string> {
  const contexts = await loadContexts(path);
  if (json)
    return JSON.stringify(
      [...contexts].map(([name, context]) => ({ name, ...context })),
      null,
      2,
    );
  return alignColumns([...contexts].map(([name, { destination }]) => [name, destination])).join('\n');
}

export async function contextShow(path: string, name: string): Promise<string> {
  return JSON.stringify({ name, ...requireContext(await loadContexts(path), name) }, null, 2);
}
