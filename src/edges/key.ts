import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { Secret } from '../core/secret.ts';

/** A secret out of a file, or out of standard input (`-`), without a line break at its end. */
export async function readKey(path: string | undefined): Promise<Secret | undefined> {
  if (path === undefined) return undefined;
  const text = path === '-' ? await readAll(process.stdin) : await readFile(path, 'utf8');
  return new Secret(text.replace(/\r?\n$/, ''));
}
