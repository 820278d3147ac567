/** The oldest releases of what we run that have what we need. */
export const MINIMUM_DOCKER = '20.10';
/** Has `!reset` and `!override`, by which ports and networks are taken out of a compose file. */
export const MINIMUM_COMPOSE = '2.24.4';
/** The minor version whose labels `schema/` describes, and in it the first that can drop headers that look like others'. */
export const MINIMUM_TRAEFIK = '3.7.12';
/** Debian 12's, which knows all kinds of programs that keep repositories apart. */
export const MINIMUM_BPFTOOL = '7.1';

/** The first version number in what a program prints of itself. */
export function readVersion(text: string): string | undefined {
  return /\d+(?:\.\d+)+/.exec(text)?.[0];
}

export function isAtLeast(version: string, minimum: string): boolean {
  const found = version.split('.').map(Number);
  const needed = minimum.split('.').map(Number);
  const at = needed.findIndex((number, i) => (found[i] ?? 0) !== number);
  return at < 0 || (found[at] ?? 0) > (needed[at] ?? 0);
}
