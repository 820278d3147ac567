import { readdir } from 'node:fs/promises';
import ignore, { type Ignore } from 'ignore';
import type { Item } from '../core/deploy/push-plan.ts';
import { readText } from '../edges/files.ts';
import { readItem } from '../edges/items.ts';

/** A folder as it is to be on a server. */
export type Scanned = {
  readonly items: ReadonlyMap<string, Item>;
  /** Its `.rediacc.json`, which goes its own way. */
  readonly slots: string | undefined;
  /** What can be no part of a push: sockets, devices. */
  readonly skipped: readonly string[];
};

const IGNORE_FILE = '.rediaccignore';
const SLOTS_FILE = '.rediacc.json';
/** Never a part of what runs. */
const ALWAYS = ['.git', '.DS_Store', `/${IGNORE_FILE}`, `/${SLOTS_FILE}`];

/** @param exclude patterns as in a .gitignore, beside those of `.rediaccignore` */
export async function scanFolder(root: string, exclude: readonly string[]): Promise<Scanned> {
  const patterns = ignore()
    .add(ALWAYS)
    .add((await readText(`${root}/${IGNORE_FILE}`)) ?? '')
    .add([...exclude]);
  const items = new Map<string, Item>();
  const skipped: string[] = [];
  for await (const path of walk(root, '', patterns)) {
    const item = await readItem(`${root}/${path}`);
    if (item === undefined) skipped.push(path);
    else items.set(path, item);
  }
  return { items, skipped, slots: await readText(`${root}/${SLOTS_FILE}`) };
}

/** Folders before what is in them. */
async function* walk(root: string, below: string, patterns: Ignore): AsyncGenerator<string> {
  const entries = await readdir(`${root}/${below}`, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    // A pattern that ends with a slash is about folders alone.
    if (patterns.ignores(entry.isDirectory() ? `${path}/` : path)) continue;
    yield path;
    if (entry.isDirectory()) yield* walk(root, path, patterns);
  }
}
