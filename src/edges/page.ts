import { readFileSync } from 'node:fs';
import { getAsset, isSea } from 'node:sea';

/** The files of the status page: of this checkout, or parts of the executable. */
export const PAGE_FILES = ['index.html', 'page.css', 'page.js'] as const;

export function readPageFile(name: (typeof PAGE_FILES)[number]): string {
  return isSea()
    ? getAsset(name, 'utf8')
    : readFileSync(new URL(`../../page/${name}`, import.meta.url), 'utf8');
}
