import type { Container } from './container.ts';

/**
 * The label by which a container says a thing, or the first one below it, to name it in a problem. Where it says nothing of
 * the thing itself, what stands above it; `traefik.enable` in the end.
 *
 * @param path below `traefik.`, such as `http.routers.web`
 */
export function labelOf({ labels }: Container, path: string): { label: string; value: string } {
  const keys = Object.keys(labels).sort();
  const parts = `traefik.${path}`.toLowerCase().split('.');
  for (let length = parts.length; length > 3; length -= 1) {
    const wanted = parts.slice(0, length).join('.');
    const label = keys.find((key) => isAtOrBelow(key.toLowerCase(), wanted));
    if (label !== undefined) return { label, value: labels[label] ?? '' };
  }
  return { label: 'traefik.enable', value: labels['traefik.enable'] ?? '' };
}

/** `domains[0].main` is below `domains`. */
function isAtOrBelow(key: string, wanted: string): boolean {
  return key === wanted || key.startsWith(`${wanted}.`) || key.startsWith(`${wanted}[`);
}
