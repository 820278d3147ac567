import type { Container } from './container.ts';

/**
 * The first label of what a container says of a thing, to name it in a problem; `traefik.enable` when it says nothing.
 *
 * @param path below `traefik.`, such as `http.routers.web`
 */
export function labelBelow({ labels }: Container, path: string): { label: string; value: string } {
  const prefix = `traefik.${path}.`.toLowerCase();
  const label =
    Object.keys(labels)
      .sort()
      .find((key) => key.toLowerCase().startsWith(prefix)) ?? 'traefik.enable';
  return { label, value: labels[label] ?? '' };
}
