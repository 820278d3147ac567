import { CERTIFICATE_SETTINGS } from './certificate-settings.ts';
import { readDynamicPorts, readRegisteredPorts, readWithoutPorts } from './port-lists.ts';
import type { InfraSettings, Setting, SettingKey } from './setting.ts';
import {
  readDomain,
  readDuration,
  readIpv4,
  readIpv6,
  readLoopbackPorts,
  readNetworks,
  readSwitch,
  readTraefikOptions,
} from './values.ts';

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
  ...CERTIFICATE_SETTINGS,
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
