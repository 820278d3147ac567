import type { Container } from './container.ts';

/**
 * The label by which a container says a thing, or the first one below it, to name it in a problem; `traefik.enable` when
 * there is none.
 *
 * @param path below `traefik.`, such as `http.routers.web`
 */
export function labelOf({ labels }: Container, path: string): { label: string; value: string } {
  const wanted = `traefik.${path}`.toLowerCase();
  const label =
    Object.keys(labels)
      .sort()
      .find((key) => `${key.toLowerCase()}.`.startsWith(`${wanted}.`)) ?? 'traefik.enable';
  return { label, value: labels[label] ?? '' };
}
