import { Document, Scalar } from 'yaml';
import type { NetworkId } from '../network/subnet.ts';
import type { ServiceModel } from './model.ts';

export type OverrideInput = {
  readonly services: ReadonlyMap<string, ServiceModel>;
  readonly networkId: NetworkId;
  /** Service addresses by service, for each service at least. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The folder that holds one hosts file for each service. */
  readonly hostsFolder: string;
};

/** The labels that say who a container is. They are ours: one written by hand gives way. */
export const INJECTED_LABELS = ['rediacc.network_id', 'rediacc.service_ip', 'rediacc.service_name'] as const;

/**
 * The compose file that, given last, turns what a user wrote into what runs here: the host's network, an address for each
 * service, labels for the route server, names in `/etc/hosts`.
 *
 * `!reset` and `!override` are Compose's own tags (docs.docker.com/reference/compose-file/merge), known since 2.24.4.
 */
export function renderOverride(input: OverrideInput): string {
  const services = [...input.services]
    .filter(([, model]) => onHostNetwork(model))
    .map(([name, model]) => [name, overrideService(name, model, input)]);
  const document = new Document({ services: Object.fromEntries(services) });
  document.commentBefore =
    ' Written by renet compose at every run: what it changes in the compose file of the user.';
  return document.toString({ lineWidth: 0 });
}

/** A service without any network asked to be left alone: it gets none, and no route. */
export function onHostNetwork(model: ServiceModel): boolean {
  return model.networkMode !== 'none';
}

function overrideService(name: string, model: ServiceModel, input: OverrideInput): Record<string, unknown> {
  const address = input.addresses.get(name);
  return {
    network_mode: 'host',
    ports: reset(),
    networks: reset(),
    links: reset(),
    external_links: reset(),
    ...exposePorts(model),
    ...(model.macAddress ? { mac_address: reset() } : {}),
    ...overrideSysctls(model),
    ...keepOrder(model),
    ...(model.build && model.build.network !== 'none' ? { build: { network: 'host' } } : {}),
    environment: { SERVICE_IP: address },
    labels: {
      'rediacc.network_id': String(input.networkId),
      'rediacc.service_ip': address,
      'rediacc.service_name': name,
    },
    ...(model.mountsHosts ? {} : { volumes: [hostsMount(`${input.hostsFolder}/${name}`)] }),
  };
}

function reset(): Scalar {
  const node = new Scalar(null);
  node.tag = '!reset';
  return node;
}

/** The settings of a network namespace, which runc refuses in that of the host. */
export function networkSysctls(model: ServiceModel): string[] {
  return Object.keys(model.sysctls).filter((key) => key.startsWith('net.'));
}

function overrideSysctls(model: ServiceModel): Record<string, unknown> {
  if (networkSysctls(model).length === 0) return {};
  const kept = Object.entries(model.sysctls).filter(([key]) => !key.startsWith('net.'));
  if (kept.length === 0) return { sysctls: reset() };
  const node = new Document(Object.fromEntries(kept.map(([key, value]) => [key, String(value)]))).contents;
  if (node) node.tag = '!override';
  return { sysctls: node };
}

/** That a port is published also says that the container listens there. */
function exposePorts({ ports }: ServiceModel): Record<string, unknown> {
  const exposed = ports.map((port) => port.replace(/^.*:/, '')).filter((port) => /^\d+(\/\w+)?$/.test(port));
  return exposed.length === 0 ? {} : { expose: [...new Set(exposed)] };
}

/** `links` and `network_mode: service:x` also say what starts first; that stays when they go. */
function keepOrder(model: ServiceModel): Record<string, unknown> {
  const implied = model.links.length > 0 || model.networkMode?.startsWith('service:');
  return implied ? { depends_on: { ...model.dependsOn } } : {};
}

function hostsMount(source: string): Record<string, unknown> {
  return { type: 'bind', source, target: '/etc/hosts', bind: { create_host_path: false } };
}
