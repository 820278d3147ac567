import type { Problem } from '../labels/problem.ts';
import type { Place } from './fixes.ts';
import type { Listening } from './seen.ts';

/** A problem of a container, with what can be seen of it. */
export type Given = {
  readonly problem: Problem;
  readonly place: Place;
  /** What the container listens on. */
  readonly listening: readonly Listening[];
};

/** `traefik.http.routers.web.rule` in parts. */
export type Named = { readonly protocol: string; readonly kind: string; readonly name: string };

export function namedBy({
  problem: { label = '' },
  place: {
    container: { labels },
  },
}: Given): Named {
  const [, protocol, kind = 'routers', name = ''] =
    /^traefik\.(http|tcp|udp)\.([^.]+)\.([^.]+)/i.exec(label) ?? [];
  return { protocol: protocol?.toLowerCase() ?? onlyProtocol(labels), kind: kind.toLowerCase(), name };
}

/** A container that says nothing of HTTP means another. */
function onlyProtocol(labels: Readonly<Record<string, string>>): string {
  const has = (protocol: string): boolean =>
    Object.keys(labels).some((label) => label.toLowerCase().startsWith(`traefik.${protocol}.`));
  return ['http', 'tcp', 'udp'].find(has) ?? 'http';
}

/** The parts of a label's value that is a list. */
export const listed = (value = ''): string[] => value.split(',').map((one) => one.trim());

/** What the container listens on, else what its image exposes. */
export function likelyPort({ listening, place }: Given, protocol: string): number {
  const wanted = protocol === 'udp' ? 'udp' : 'tcp';
  const own = place.container.labels['rediacc.service_ip'];
  const there = listening.filter((one) => one.protocol === wanted);
  const best = there.find(({ address }) => address === own) ?? there[0];
  return best?.port ?? place.container.exposed[wanted][0] ?? 80;
}

/** As it is written, or would be. */
export function portLabel(
  labels: Readonly<Record<string, string>>,
  protocol: string,
  service: string,
): string {
  const wanted = `traefik.${protocol}.services.${service}.loadbalancer.server.port`;
  return Object.keys(labels).find((label) => label.toLowerCase() === wanted.toLowerCase()) ?? wanted;
}
