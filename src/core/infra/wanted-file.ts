import type { Secret } from '../secret.ts';
import { PLACES } from './places.ts';

export type WantedFile = { readonly path: string; readonly mode: number; readonly text: string | Secret };

export function plain(path: string, text: string): WantedFile {
  return { path, mode: 0o644, text };
}

/** @param name of a unit of systemd, or of a drop-in */
export function unit(name: string, text: string): WantedFile {
  return plain(`${PLACES.units}/${name}`, text);
}

/** Scripts, by name. */
export function programs(folder: string, texts: Readonly<Record<string, string>>): WantedFile[] {
  return Object.entries(texts).map(([name, text]) => ({ path: `${folder}/${name}`, mode: 0o755, text }));
}
