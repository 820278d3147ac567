import type { Value } from './values.ts';

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
  | 'acmeCa'
  | 'certLifetime'
  | 'dnsProvider'
  | 'dnsResolvers'
  | 'dnsPropagation'
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
  /** The operand names a file, whose text is the setting. */
  readonly isFile?: true;
  readonly description: string;
  /** What it is when nothing is said. */
  readonly preset?: string;
  /** @throws Refusal for what it cannot be */
  readonly read: (text: string, option: string, context: SettingContext) => Value;
};
