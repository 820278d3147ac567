import { subnet, subnetContains } from '../network/subnet.ts';
import type { Container } from './container.ts';
import { type Problem, problem } from './problem.ts';

/** The address that a container listens on, or what is wrong with it. Only a trusted repository may name any. */
export function readAddress(container: Container, trusted: boolean): string | Problem {
  const { labels, networkId } = container;
  const labelled = labels['rediacc.network_id'];
  if (labelled !== undefined && labelled !== String(networkId)) {
    return problem(container, 'network-id-mismatch', {
      label: 'rediacc.network_id',
      reason: `it runs in the daemon of ${networkId}, but its label names another repository`,
      fix: "Start it with 'renet compose' in the repository's folder.",
    });
  }
  const address = labels['rediacc.service_ip'];
  if (address === undefined) {
    return problem(container, 'address-missing', {
      reason: 'it has no address: the label rediacc.service_ip is missing',
      fix: "Start it with 'renet compose -- up -d', which gives it one.",
    });
  }
  if (trusted || subnetContains(networkId, address)) return address;
  return problem(container, 'address-foreign', {
    label: 'rediacc.service_ip',
    reason: `it is not an address of its repository (${subnet(networkId)})`,
    fix: "Start it with 'renet compose -- up -d', which gives it one.",
  });
}
