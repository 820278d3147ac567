import { serviceAddress } from '../../src/core/network/subnet.ts';
import type { FakeContainer } from '../fake-docker.ts';
import { NETWORK_ID } from './pair.ts';

/** A service of a case. */
export type Given = {
  /** As in a compose file. `traefik.enable=true` is added unless they say otherwise. */
  labels?: string[];
  expose?: (number | string)[];
  state?: FakeContainer['state'];
  health?: FakeContainer['health'];
  /** Containers of the service, one by default. */
  replicas?: number;
  /** The name of a container that Compose did not make. */
  container?: string;
  /** On the host's network, as ours are. */
  onHost?: boolean;
};
/** Containers by service: labels alone, or with what else matters. */
export type Case = Readonly<Record<string, Given | string[]>>;

/** As renet compose would start them, but on a network of Docker's, where Traefik's own provider can tell them apart. */
export function containersOf(services: Case): FakeContainer[] {
  let slot = 0;
  return Object.entries(services).flatMap(([service, value]) => {
    const given: Given = Array.isArray(value) ? { labels: value } : value;
    return Array.from({ length: given.replicas ?? 1 }, (_, index) =>
      container(service, given, index, slot++),
    );
  });
}

function container(...[service, given, index, slot]: [string, Given, number, number]): FakeContainer {
  const labels = (given.labels ?? []).map((label) => label.split(/=(.*)/s).slice(0, 2) as [string, string]);
  const address = serviceAddress(NETWORK_ID, slot);
  return {
    id: `${service} ${index}`,
    name: given.container ?? `app-${service}-${index + 1}`,
    ...(given.onHost ? {} : { address }),
    exposed: (given.expose ?? []).map((port) => (typeof port === 'number' ? `${port}/tcp` : port)),
    state: given.state ?? 'running',
    ...(given.health === undefined ? {} : { health: given.health }),
    labels: {
      ...(given.container === undefined
        ? { 'com.docker.compose.project': 'app', 'com.docker.compose.service': service }
        : {}),
      'rediacc.network_id': String(NETWORK_ID),
      'rediacc.service_ip': address,
      'rediacc.service_name': service,
      'traefik.enable': 'true',
      ...Object.fromEntries(labels),
    },
  };
}
