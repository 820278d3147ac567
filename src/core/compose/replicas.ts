import { Refusal } from '../refusal.ts';
import type { ServiceModel } from './model.ts';
import { onHostNetwork } from './override.ts';

/**
 * Refuses more than one container of a service: they would have one address, and the second could not bind its port.
 *
 * @param scale what `--scale` asks for; it wins over the compose file
 */
export function refuseReplicas(
  services: ReadonlyMap<string, ServiceModel>,
  scale: ReadonlyMap<string, number>,
): void {
  for (const [name, model] of services) {
    const wanted = scale.get(name) ?? model.replicas ?? 1;
    if (wanted <= 1 || !onHostNetwork(model)) continue;
    const source = scale.has(name) ? '--scale' : 'the compose file';
    throw new Refusal(
      'replicas-need-addresses',
      `${source} asks for ${wanted} containers of the service '${name}', but a service has one address, and two containers cannot listen on it`,
      `Ask for one, and write a service for each further one: '${name}-2: {extends: {service: ${name}}}' gets an address of its own. Traefik balances between services whose labels name the same Traefik service.`,
    );
  }
}
