import { createHash } from 'node:crypto';
import { planEntryPoints } from '../src/core/infra/entry-points.ts';
import type { Bound, Facts } from '../src/core/infra/facts.ts';
import { wantedFiles } from '../src/core/infra/files.ts';
import {
  ISOLATION_UNIT,
  PLACES,
  PROBE_SOCKET,
  PROXY_UNIT,
  ROUTER_SOCKET,
  ROUTER_UNIT,
  socketUnit,
} from '../src/core/infra/places.ts';
import { certificatePath, type PlanInput, reveal } from '../src/core/infra/plan.ts';
import { type KeptSecrets, SECRET_NAMES, secretPath } from '../src/core/infra/secrets.ts';
import type { InfraSettings } from '../src/core/infra/setting.ts';

export const IPV4 = '203.0.113.50';
export const IPV6 = '2001:db8::50';
export const TOKEN = 'v3rySecretTokenOfCloudflare-0123456789_a';
export const PROGRAMS = {
  renet: `${PLACES.programs}/renet-0123456789abcdef`,
  traefik: `${PLACES.programs}/traefik-fedcba9876543210`,
};

/** Each setting with another value than it has when nothing is said. */
export const EVERYTHING: Required<InfraSettings> = {
  publicIpv4: IPV4,
  publicIpv6: IPV6,
  baseDomain: 'example.com',
  certEmail: 'ops@example.com',
  tcpPorts: '25,143',
  udpPorts: '123',
  withoutPorts: '9092',
  dynamicTcpPorts: '20000-20002',
  dynamicUdpPorts: '20000-20001',
  autoRoutes: 'off',
  trustLabels: 'on',
  acmeServer: 'https://acme.example/directory',
  acmeCa: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  certLifetime: '24h',
  dnsProvider: 'hetzner',
  dnsResolvers: '192.0.2.53:53',
  dnsPropagation: '30s',
  readTimeout: '1h',
  trustedIps: '173.245.48.0/20',
  accessLog: 'on',
  isolation: 'off',
  loopbackPorts: '127.0.0.53:53',
  traefikOptions: 'log.level=DEBUG',
};

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A Debian 13 on which nobody has installed anything, with an address of each family. */
export function bareServer(changes: Partial<Facts> = {}): Facts {
  return {
    isRoot: true,
    machine: 'x86_64',
    system: { id: 'debian', version: '13', name: 'Debian GNU/Linux 13 (trixie)' },
    systemd: 257,
    commands: new Set(['apt-get', 'ss']),
    compose: undefined,
    programs: [],
    renetVersion: undefined,
    addresses: ['127.0.0.1', '::1', IPV4, IPV6, 'fe80::1'],
    outgoing: { ipv4: IPV4, ipv6: IPV6 },
    bound: [listener('*:22', 'sshd (process 612)')],
    files: new Map(),
    renetLink: undefined,
    units: new Map(),
    infra: undefined,
    kernel: { release: '6.12.43+deb13-amd64', hasBtf: true, hasCgroups2: true, nameservers: [] },
    firewalls: [],
    ...changes,
  };
}

/** @param at as in `*:80`, `[::]:80` or `203.0.113.50:53/udp` */
export function listener(at: string, holder = 'nginx (process 12)'): Bound {
  const [, address = '', port = '', protocol = 'tcp'] = /^\[?(.*?)\]?:(\d+)(?:\/(udp))?$/.exec(at) ?? [];
  return { protocol: protocol === 'udp' ? 'udp' : 'tcp', address, port: Number(port), holder };
}

export function givenInput(settings: InfraSettings, secrets: KeptSecrets = {}): PlanInput {
  return { settings, secrets, programs: PROGRAMS, digest };
}

/** The server once a plan for these settings has been carried out on it. */
export function afterPush(input: PlanInput, facts: Facts): Facts {
  const { entryPoints } = planEntryPoints(input.settings, facts, []);
  const files = wantedFiles({ ...input, entryPoints });
  const infra = files.find(({ path }) => path === PLACES.infra);
  const isolation = files.some(({ path }) => path.endsWith(PROBE_SOCKET))
    ? [ISOLATION_UNIT, PROBE_SOCKET]
    : [];
  const services = [ROUTER_SOCKET, ROUTER_UNIT, PROXY_UNIT, ...isolation];
  const enabled = services.map((unit) => [unit, 'enabled'] as const);
  const sockets = entryPoints.map(({ name }) => [socketUnit(name), 'static'] as const);
  const kept = [...facts.files].filter(([path]) =>
    SECRET_NAMES.some((name) => input.secrets[name] === 'kept' && path === secretPath(name)),
  );
  return {
    ...facts,
    infra: infra && reveal(infra.text),
    files: new Map([
      ...kept,
      ...files.map(({ path, text }) => [path, digest(reveal(text))] as const),
      [certificatePath(), digest('a certificate')],
    ]),
    units: new Map(
      [...enabled, ...sockets].map(([unit, state]) => [unit, { active: 'active', enabled: state }]),
    ),
    renetLink: PROGRAMS.renet,
    programs: Object.values(PROGRAMS).map((path) => path.replace(/.*\//, '')),
    bound: [
      ...facts.bound,
      ...entryPoints.map(({ protocol, host, port }) => ({
        ...{ protocol, address: host, port },
        holder: 'traefik-fedcba9 (process 812)',
      })),
    ],
  };
}
