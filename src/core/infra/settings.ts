import { readDynamicPorts, readRegisteredPorts, readWithoutPorts } from './port-lists.ts';
import {
  readDomain,
  readDuration,
  readEmail,
  readHttpsUrl,
  readIpv4,
  readIpv6,
  readLoopbackPorts,
  readNetworks,
  readSwitch,
  readTraefikOptions,
  type Value,
} from './values.ts';

/** What `set-infra` says of a server: each as text, as it is written in rdc's file and in the server's `infra.json`. */
export type InfraSettings = { readonly [Key in SettingKey]?: string };

export type SettingKey =
  | 'publicIpv4'
  | 'publicIpv6'
  | 'baseDomain'
  | 'certEmail'
  | 'tcpPorts'
  | 'udpPorts'
  | 'withoutPorts'
  | 'dynamicTcpPorts'
  | 'dynamicUdpPorts'
  | 'autoRoutes'
  | 'trustLabels'
  | 'acmeServer'
  | 'readTimeout'
  | 'trustedIps'
  | 'accessLog'
  | 'isolation'
  | 'loopbackPorts'
  | 'traefikOptions';

export type SettingContext = { readonly before: InfraSettings; readonly sshPort?: number };

export type Setting = {
  readonly key: SettingKey;
  /** As the command line has it. */
  readonly option: string;
  readonly operand: string;
  readonly description: string;
  /** What it is when nothing is said. */
  readonly preset?: string;
  /** @throws Refusal for what it cannot be */
  readonly read: (text: string, option: string, context: SettingContext) => Value;
};

/** Every setting, in the order in which help and documentation show them. */
export const SETTINGS: readonly Setting[] = [
  {
    key: 'publicIpv4',
    option: '--public-ipv4',
    operand: '<address>',
    description: 'where the internet finds the server; behind NAT the one that the router forwards',
    read: readIpv4,
  },
  {
    key: 'publicIpv6',
    option: '--public-ipv6',
    operand: '<address>',
    description: 'the same of IPv6: every entrypoint gets a twin there, NAME-v6',
    read: readIpv6,
  },
  {
    key: 'baseDomain',
    option: '--base-domain',
    operand: '<domain>',
    description: 'auto-routes are {service}-{networkID}.<domain>; without it there are none',
    read: readDomain,
  },
  {
    key: 'certEmail',
    option: '--cert-email',
    operand: '<address>',
    description: "of the account at Let's Encrypt, to which it writes about certificates",
    read: readEmail,
  },
  {
    key: 'tcpPorts',
    option: '--tcp-ports',
    operand: '<ports>',
    description: 'entrypoints tcp-PORT; 25,143 replaces the list, +25,-143 changes it',
    read: (text, option, { before, ...context }) =>
      readRegisteredPorts(text, option, { ...context, protocol: 'tcp', before: before.tcpPorts ?? '' }),
  },
  {
    key: 'udpPorts',
    option: '--udp-ports',
    operand: '<ports>',
    description: 'entrypoints udp-PORT, the same way',
    read: (text, option, { before, ...context }) =>
      readRegisteredPorts(text, option, { ...context, protocol: 'udp', before: before.udpPorts ?? '' }),
  },
  {
    key: 'withoutPorts',
    option: '--without-ports',
    operand: '<ports>',
    description: 'preconfigured ports that are not to be opened, as in 3306,53',
    read: readWithoutPorts,
  },
  {
    key: 'dynamicTcpPorts',
    option: '--dynamic-tcp-ports',
    operand: '<ports>',
    description: 'handed out for rediacc.tcp_ports',
    preset: '10000-10010',
    read: (text, option, { before: _, ...context }) =>
      readDynamicPorts(text, option, { ...context, protocol: 'tcp' }),
  },
  {
    key: 'dynamicUdpPorts',
    option: '--dynamic-udp-ports',
    operand: '<ports>',
    description: 'handed out for rediacc.udp_ports',
    preset: '',
    read: (text, option, { before: _, ...context }) =>
      readDynamicPorts(text, option, { ...context, protocol: 'udp' }),
  },
  {
    key: 'autoRoutes',
    option: '--auto-routes',
    operand: '<on|off>',
    description: 'routes for containers without Traefik labels',
    preset: 'on',
    read: readSwitch,
  },
  {
    key: 'trustLabels',
    option: '--trust-labels',
    operand: '<on|off>',
    description: 'labels of all repositories mean exactly what they mean to Traefik, without limits',
    preset: 'off',
    read: readSwitch,
  },
  {
    key: 'acmeServer',
    option: '--acme-server',
    operand: '<url>',
    description: "another directory than Let's Encrypt's, such as its staging one",
    read: readHttpsUrl,
  },
  {
    key: 'readTimeout',
    option: '--read-timeout',
    operand: '<time>',
    description: 'the longest that an upload may take',
    preset: '10m',
    read: readDuration,
  },
  {
    key: 'trustedIps',
    option: '--trusted-ips',
    operand: '<networks>',
    description: 'proxies before this server whose X-Forwarded headers are believed, as in 173.245.48.0/20',
    read: readNetworks,
  },
  {
    key: 'accessLog',
    option: '--access-log',
    operand: '<on|off>',
    description: 'requests as JSON in /var/log/rediacc/access.log, rotated',
    preset: 'off',
    read: readSwitch,
  },
  {
    key: 'isolation',
    option: '--isolation',
    operand: '<on|off>',
    description: 'the kernel keeps repositories apart; off: only stacks that trust each other',
    preset: 'on',
    read: readSwitch,
  },
  {
    key: 'loopbackPorts',
    option: '--loopback-ports',
    operand: '<ports>',
    description: "of the server's own loopback, which containers may reach, as in 127.0.0.53:53",
    preset: '',
    read: readLoopbackPorts,
  },
  {
    key: 'traefikOptions',
    option: '--traefik-options',
    operand: '<options>',
    description: "more of Traefik's static configuration, as in log.level=DEBUG,metrics.prometheus=true",
    read: readTraefikOptions,
  },
];

/** A setting, or what it is when nothing is said. */
export function settingOf(settings: InfraSettings, key: SettingKey): string {
  return settings[key] ?? SETTINGS.find((one) => one.key === key)?.preset ?? '';
}
