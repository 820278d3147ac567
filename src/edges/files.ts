import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  chmod,
  chown,
  constants,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The text of a file; undefined when there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** The names in a folder; none when there is no such folder. */
export async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

/** What is behind symbolic links, also of what is not there yet: somebody may put it there, and start a container anew. */
export async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    // Docker says itself that a circle of links leads nowhere.
    if (hasCode(error, 'ELOOP')) return path;
    if (!hasCode(error, 'ENOENT', 'ENOTDIR') || path === dirname(path)) throw error;
    const folder = await realPath(dirname(path));
    const link = await readlink(path).catch(() => undefined);
    return link === undefined ? join(folder, basename(path)) : realPath(resolve(folder, link));
  }
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/**
 * Replaces a file whole: readers see the old text or the new one, also after a power cut. A new file belongs to the owner of
 * its folder, so that root leaves no root-owned file in a user's checkout; an old one keeps owner and mode.
 *
 * @param text whole, or in pieces that are asked for one by one
 */
export async function writeWhole(path: string, text: string | Iterable<string>, mode = 0o644): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const old = await stat(path).catch(() => undefined);
  const owner = old ?? (await stat(folder));
  const neighbour = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    const file = await open(neighbour, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(neighbour, old === undefined ? mode : old.mode & 0o7777);
    if (process.getuid?.() === 0) await chown(neighbour, owner.uid, owner.gid);
    await rename(neighbour, path);
  } catch (error) {
    await rm(neighbour, { force: true });
    throw error;
  }
  await syncFolder(folder);
  await removeLeftBehind(path);
}

/** Milliseconds after which a neighbour is not somebody's at work: writing one takes a few. */
const LEFT_BEHIND = 60_000;

/** A writer that was killed has left its neighbour of a file. */
async function removeLeftBehind(path: string): Promise<void> {
  for (const name of await listNames(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || !/\.[0-9a-f]{12}\.new$/.test(name)) continue;
    const neighbour = join(dirname(path), name);
    const found = await stat(neighbour).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > LEFT_BEHIND) await rm(neighbour, { force: true });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a file only when its text differs. */
export async function writeWholeIfChanged(path: string, text: string): Promise<void> {
  if ((await readText(path)) !== text) await writeWhole(path, text);
}

/**
 * Writes a file without replacing it: what is mounted into a container is the file itself, not its name. One write, so that
 * a reader sees the old or the new text.
 */
export async function writeInPlaceIfChanged(path: string, text: string): Promise<void> {
  if ((await readText(path)) === text) return;
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  try {
    const bytes = Buffer.from(text);
    await file.write(bytes, 0, bytes.length, 0);
    await file.truncate(bytes.length);
  } finally {
    await file.close();
  }
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** SHA-256 of a text, in hexadecimal. */
export function digestText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The same of a file. */
export async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
