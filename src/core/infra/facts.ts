import { Refusal } from '../refusal.ts';

/** A port that somebody listens on. */
export type Bound = {
  readonly protocol: 'tcp' | 'udp';
  /** `*` is every address of both families. */
  readonly address: string;
  readonly port: number;
  /** Who, as in `nginx (process 12)`. */
  readonly holder: string;
};

/** What keeping repositories apart needs of a machine. */
export type Kernel = {
  /** As `uname -r` has it. */
  readonly release: string;
  /** Whether it describes its own types, which programs for it need. */
  readonly hasBtf: boolean;
  /** Whether cgroups are of version 2 alone. */
  readonly hasCgroups2: boolean;
  /** Name servers on its own loopback, which containers are given as they are. */
  readonly nameservers: readonly string[];
};

/** Of a socket that is made just while processes are looked at. */
export const UNKNOWN_HOLDER = 'a process that could not be found';

/** What a plan must know of a server. */
export type Facts = {
  readonly isRoot: boolean;
  /** As `uname -m` has it. */
  readonly machine: string;
  readonly system: { readonly id: string; readonly version: string; readonly name: string };
  /** Its major version; undefined where there is no systemd. */
  readonly systemd: number | undefined;
  /** Names of programs that are on the PATH, and `libatomic.so.1`. */
  readonly commands: ReadonlySet<string>;
  readonly compose: string | undefined;
  /** Names in the folder of our programs. */
  readonly programs: readonly string[];
  /** Of the renet on the PATH. */
  readonly renetVersion: string | undefined;
  readonly addresses: readonly string[];
  /** The address from which the machine would reach the internet, by family. */
  readonly outgoing: { readonly ipv4?: string; readonly ipv6?: string };
  readonly bound: readonly Bound[];
  /** SHA-256 of files that may be ours, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Where `/usr/local/bin/renet` leads. */
  readonly renetLink: string | undefined;
  readonly units: ReadonlyMap<string, { readonly active: string; readonly enabled: string }>;
  /** The text of infra.json. */
  readonly infra: string | undefined;
  readonly kernel: Kernel;
  /** Firewalls that let in only what they are told to. */
  readonly firewalls: readonly string[];
};

/** Reads what the script of the facts has printed. */
export function readFacts(text: string): Facts {
  const sections = new Map(
    text.split('\n== ').map((part): [string, string] => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end + 1).trim()];
    }),
  );
  const lines = (name: string): string[] =>
    (sections.get(name) ?? '').split('\n').filter((line) => line !== '');
  if (!sections.has('firewall'))
    throw new Refusal(
      'server-silent',
      'the server did not say what there is on it',
      text.trim() || 'It said nothing.',
    );
  // A line may be empty: rolling releases have no version.
  const [id = '', version = '', name = ''] = (sections.get('system') ?? '').split('\n');
  return {
    isRoot: lines('user')[0] === '0',
    machine: lines('machine')[0] ?? '',
    system: { id, version, name },
    systemd: Number(/^systemd (\d+)/.exec(sections.get('systemd') ?? '')?.[1]) || undefined,
    commands: new Set([...lines('commands').map((path) => path.replace(/.*\//, '')), ...lines('libraries')]),
    compose: lines('compose')[0],
    programs: lines('programs'),
    renetVersion: lines('renet')[0],
    addresses: lines('addresses').flatMap((line) => /\binet6? ([0-9a-f.:]+)/.exec(line)?.[1] ?? []),
    outgoing: readRoutes(lines('routes')),
    bound: lines('sockets').flatMap(readSocket),
    files: new Map(lines('files').map((line) => [line.slice(66), line.slice(0, 64)])),
    renetLink: lines('links')[0],
    units: readUnits(sections.get('units') ?? ''),
    infra: sections.get('infra') || undefined,
    kernel: readKernel(lines('kernel')),
    firewalls: readFirewalls(sections.get('firewall') ?? ''),
  };
}

function readRoutes(lines: readonly string[]): Facts['outgoing'] {
  const sources = lines.flatMap((line) => /\bsrc ([0-9a-f.:]+)/.exec(line)?.[1] ?? []);
  const ipv4 = sources.find((source) => source.includes('.'));
  const ipv6 = sources.find((source) => source.includes(':'));
  return { ...(ipv4 === undefined ? {} : { ipv4 }), ...(ipv6 === undefined ? {} : { ipv6 }) };
}

/** A line of `ss -H -l -n -t -u -p`: protocol, state, two numbers, local address, peer, users. */
function readSocket(line: string): Bound[] {
  const [protocol, , , , local = '', , ...users] = line.split(/\s+/);
  const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(local) ?? [];
  if ((protocol !== 'tcp' && protocol !== 'udp') || port === '') return [];
  const [, name, pid] = /"([^"]*)",pid=(\d+)/.exec(users.join(' ')) ?? [];
  const holder = name === undefined ? UNKNOWN_HOLDER : `${name} (process ${pid})`;
  return [
    { protocol, address: address.replace(/%.*$/, '').replace(/^\[|\]$/g, ''), port: Number(port), holder },
  ];
}

function readUnits(text: string): Facts['units'] {
  const blocks = text.split(/\n\n+/).map((block) => {
    const value = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(block)?.[1] ?? '';
    return [value('Id'), { active: value('ActiveState'), enabled: value('UnitFileState') }] as const;
  });
  return new Map(blocks.filter(([id]) => id !== ''));
}

function readKernel([release = '', ...rest]: readonly string[]): Kernel {
  return {
    release,
    hasBtf: rest.includes('/sys/kernel/btf/vmlinux'),
    hasCgroups2: rest.includes('/sys/fs/cgroup/cgroup.controllers'),
    nameservers: rest.flatMap((line) => /^nameserver (127\.[0-9.]+)/.exec(line)?.[1] ?? []),
  };
}

function readFirewalls(text: string): string[] {
  return [
    ...(/^Status: active/m.test(text) ? ['ufw'] : []),
    ...(/^running$/m.test(text) ? ['firewalld'] : []),
    ...(/hook input/.test(text) ? ['nftables'] : []),
    ...(/^-P INPUT DROP/m.test(text) ? ['iptables'] : []),
  ];
}
