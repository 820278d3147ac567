import type { Fix } from './cause.ts';
import { labelsFix } from './fixes.ts';
import { type Given, likelyPort, namedBy, portLabel } from './given.ts';

export function portsFix(given: Given): Fix {
  const { label = '' } = given.problem;
  const protocol = label.includes('udp') ? 'udp' : 'tcp';
  return labelsFix(
    given.place,
    { [label]: String(likelyPort(given, protocol)) },
    'Name the ports that it listens on.',
  );
}

export function leasedFix(given: Given): Fix {
  const { protocol, name } = namedBy(given);
  const { labels } = given.place.container;
  const wanted = protocol === 'udp' ? 'udp' : 'tcp';
  const own = Object.keys(labels).filter((label) =>
    label.toLowerCase().startsWith(`traefik.${protocol}.routers.${name}.`.toLowerCase()),
  );
  const gone = Object.fromEntries(own.map((label) => [label, undefined]));
  const asked = { [`rediacc.${wanted}_ports`]: String(likelyPort(given, wanted)) };
  return labelsFix(given.place, { ...gone, ...asked }, 'Ports of that range are handed out: ask for one.');
}

export function servicePortFix(given: Given): Fix {
  const { protocol, name } = namedBy(given);
  const { labels } = given.place.container;
  const service = namedBy(given).kind === 'services' ? name : (servicesIn(labels, protocol)[0] ?? 'main');
  const port = String(likelyPort(given, protocol));
  return labelsFix(given.place, { [portLabel(labels, protocol, service)]: port }, 'Name its port.');
}

/** Services that its labels name. */
function servicesIn(labels: Readonly<Record<string, string>>, protocol: string): string[] {
  const pattern = new RegExp(`^traefik\\.${protocol}\\.services\\.([^.]+)\\.`, 'i');
  return [...new Set(Object.keys(labels).flatMap((label) => pattern.exec(label)?.[1] ?? []))];
}

export function ambiguousFix(given: Given): Fix {
  const { protocol, name } = namedBy(given);
  const { labels } = given.place.container;
  const services = servicesIn(labels, protocol);
  const best = services.find((one) => one === name) ?? services[0] ?? name;
  const label = `traefik.${protocol}.routers.${name}.service`;
  return labelsFix(given.place, { [label]: best }, 'Say which service it leads to.');
}
