import type { ServiceModel } from './model.ts';

/** What a service says of names. */
export type HostsModel = Pick<ServiceModel, 'extraHosts' | 'links' | 'networks'> & {
  readonly containerName?: string | undefined;
  readonly hostname?: string | undefined;
};

/** Everything that decides what names resolve to in the containers of a repository. */
export type HostsInput = {
  readonly services: ReadonlyMap<string, HostsModel>;
  /** Service addresses by service. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The machine's host name, which a container on the host network has unless its service sets one. */
  readonly machineName: string;
  /** The machine's own `/etc/hosts`: Docker gives it to containers on the host network. */
  readonly machineHosts: string;
};

type Entry = { readonly address: string; readonly names: readonly string[] };

const LOCALHOST: readonly Entry[] = [
  { address: '127.0.0.1', names: ['localhost'] },
  { address: '::1', names: ['localhost', 'ip6-localhost', 'ip6-loopback'] },
];

/** As the kernel shows it (MACHINE in bpf/tenants.h): some servers ask for the name of everybody who connects, and wait for it. */
const MACHINE: Entry = { address: '172.17.0.1', names: ['traefik.internal'] };

/**
 * The `/etc/hosts` of one service's containers. What its author wrote comes first (`extra_hosts`, then `links`), then every
 * service by its name, container name and network aliases, its own host name, and what the machine itself knows. A name
 * keeps the first meaning that it gets.
 */
export function renderHosts(service: string, input: HostsInput): string {
  const own = input.services.get(service);
  const sections: readonly (readonly [string, readonly Entry[]])[] = [
    ['localhost', LOCALHOST],
    ['extra_hosts', (own?.extraHosts ?? []).map(readExtraHost)],
    ['links', (own?.links ?? []).flatMap((link) => readLink(link, input.addresses))],
    ['services', serviceEntries(input)],
    ['this container', ownEntry(own?.hostname ?? input.machineName, input.addresses.get(service))],
    ['what comes from the machine, as Traefik does', [MACHINE]],
    ['the machine', readMachineHosts(input.machineHosts)],
  ];
  const seen = new Set<string>();
  const text = sections.map(([title, entries]) => {
    const fresh = entries
      .map(({ address, names }) => ({ address, names: names.filter((name) => !seen.has(name)) }))
      .filter(({ names }) => names.length > 0);
    for (const { names } of fresh) for (const name of names) seen.add(name);
    const lines = fresh.map(({ address, names }) => `${address}\t${names.join(' ')}\n`);
    return lines.length === 0 ? '' : `# ${title}\n${lines.join('')}`;
  });
  return text.join('');
}

function serviceEntries({ services, addresses }: HostsInput): Entry[] {
  return [...addresses].map(([name, address]) => {
    const model = services.get(name);
    const aliases = [...(model?.networks.values() ?? [])].flat();
    const containerName = model?.containerName === undefined ? [] : [model.containerName];
    return { address, names: [...new Set([name, ...containerName, ...aliases])] };
  });
}

function ownEntry(hostname: string, address: string | undefined): Entry[] {
  return address === undefined ? [] : [{ address, names: [hostname] }];
}

/** `name=address` or `name:address`; `host-gateway` is the machine, which on the host network is localhost. */
function readExtraHost(text: string): Entry {
  const [, name = '', address = ''] = /^([^=:]+)[=:](.*)$/.exec(text) ?? [];
  const bare = address.replace(/^\[(.*)\]$/, '$1');
  return { address: bare === 'host-gateway' ? '127.0.0.1' : bare, names: [name] };
}

/** `db:database` gives `database` the address of `db`; a link without alias says nothing new. */
function readLink(link: string, addresses: ReadonlyMap<string, string>): Entry[] {
  const [service = '', alias] = link.split(':');
  const address = addresses.get(service);
  return address === undefined || alias === undefined ? [] : [{ address, names: [alias] }];
}

function readMachineHosts(text: string): Entry[] {
  return text.split('\n').flatMap((line) => {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return address === undefined || names.length === 0 ? [] : [{ address, names }];
  });
}
