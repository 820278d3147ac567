import { serviceName } from '../labels/container.ts';
import { streamName } from '../network/ports.ts';
import { type Cause, cause } from './cause.ts';
import { labelsFix, settingFix } from './fixes.ts';
import type { Seen } from './seen.ts';
import { placeOf, whyUnrouted } from './without-route.ts';

/** Traefik does not listen there. */
export function unopened(protocol: 'tcp' | 'udp', port: number, { door }: Seen): Cause {
  const known = door.entryPoints.filter((one) => one.protocol === protocol).map((one) => one.port);
  return cause(
    'port-unopened',
    `Traefik does not listen on ${protocol.toUpperCase()} port ${port}: there is ${[...new Set(known)].join(', ')}`,
    settingFix(door, `--${protocol}-ports`, door.isServer ? `+${port}` : String(port)),
  );
}

type Stream = { readonly protocol: 'tcp' | 'udp'; readonly port: number };

/** No router leads there: one that wants to is wrong, or no label names it. */
export function unrouted(entryPoint: string, stream: Stream, seen: Seen): Cause {
  const all = seen.repositories.flatMap((repository) =>
    repository.containers.map((container) => placeOf(seen, repository, container)),
  );
  const wanting = all.find(({ container }) =>
    Object.entries(container.labels).some(
      ([label, value]) => /\.entrypoints$/i.test(label) && value.split(',').includes(entryPoint),
    ),
  );
  if (wanting !== undefined) return whyUnrouted(wanting, seen, entryPoint);
  const { protocol, port } = stream;
  const why = `no container's labels lead to ${entryPoint}`;
  const able = all.find(({ container }) =>
    seen.listeners.some(
      (one) =>
        one.port === port &&
        one.protocol === protocol &&
        one.address === container.labels['rediacc.service_ip'],
    ),
  );
  if (able === undefined)
    return cause('port-unrouted', why, { text: 'Label the service that is to have it: docs/labels.md.' });
  const router = serviceName(able.container);
  const labels = {
    'traefik.enable': 'true',
    [`traefik.${protocol}.routers.${router}.entrypoints`]: streamName(stream),
    ...(protocol === 'tcp' ? { [`traefik.tcp.routers.${router}.rule`]: 'HostSNI(`*`)' } : {}),
    [`traefik.${protocol}.services.${router}.loadbalancer.server.port`]: String(port),
  };
  return cause(
    'port-unrouted',
    why,
    labelsFix(able, labels, `${able.container.name} listens on port ${port}.`),
  );
}
