import type { ServiceModel } from './model.ts';
import { INJECTED_LABELS, networkSysctls, onHostNetwork } from './override.ts';

/**
 * What `renet compose` does otherwise than the compose file says, a sentence for each kind of change, so that nobody has to
 * find it out.
 */
export function describeChanges(services: ReadonlyMap<string, ServiceModel>): string[] {
  const onHost = [...services].filter(([, model]) => onHostNetwork(model));
  const listed = (details: (model: ServiceModel) => readonly string[]) =>
    onHost
      .map(([name, model]) => ({ name, found: details(model) }))
      .filter(({ found }) => found.length > 0)
      .map(({ name, found }) => `${name} (${found.join(', ')})`)
      .join(', ');
  const said: readonly (readonly [string, string])[] = [
    [
      listed(({ ports }) => ports),
      'ports are not published: each service has an address of its own, and the proxy leads to it',
    ],
    [
      listed(({ networks }) => [...networks.keys()]),
      'networks are left out: services reach each other by name',
    ],
    [listed(otherNetworkMode), 'network_mode is host instead'],
    [listed(handWritten), 'labels that renet injects are replaced by its own'],
    [listed(networkSysctls), 'sysctls of the network are left out: containers share the one of the machine'],
    [listed(({ macAddress }) => (macAddress ? ['mac_address'] : [])), 'it is left out on the host network'],
    [
      listed(({ mountsHosts }) => (mountsHosts ? ['/etc/hosts'] : [])),
      'mounts its own hosts file: names of other services do not resolve in it',
    ],
  ];
  return said.filter(([who]) => who !== '').map(([who, what]) => `${who}: ${what}`);
}

function otherNetworkMode({ networkMode }: ServiceModel): string[] {
  return networkMode === undefined || networkMode === 'host' ? [] : [`network_mode: ${networkMode}`];
}

function handWritten({ labels }: ServiceModel): string[] {
  return INJECTED_LABELS.filter((label) => labels.includes(label));
}
