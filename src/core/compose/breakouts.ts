import * as z from 'zod/mini';
import type { Breakout } from './breakout.ts';
import { findPaths, type Surroundings } from './paths.ts';
import { findVolumes } from './volumes.ts';

const hook = z.looseObject({ privileged: z.optional(z.unknown()) });
const hooks = z.nullish(z.array(hook));

const service = z.looseObject({
  privileged: z.optional(z.unknown()),
  pid: z.optional(z.string()),
  ipc: z.optional(z.string()),
  uts: z.optional(z.string()),
  cgroup: z.optional(z.string()),
  cgroup_parent: z.optional(z.string()),
  runtime: z.optional(z.string()),
  cap_add: z.nullish(z.array(z.string())),
  security_opt: z.nullish(z.array(z.string())),
  devices: z.nullish(z.array(z.unknown())),
  device_cgroup_rules: z.nullish(z.array(z.string())),
  gpus: z.optional(z.unknown()),
  provider: z.optional(z.unknown()),
  annotations: z.nullish(z.record(z.string(), z.unknown())),
  build: z.nullish(
    z.looseObject({
      privileged: z.optional(z.unknown()),
      entitlements: z.nullish(z.array(z.string())),
      ssh: z.nullish(z.union([z.array(z.string()), z.record(z.string(), z.unknown())])),
    }),
  ),
  deploy: z.nullish(
    z.looseObject({
      resources: z.nullish(
        z.looseObject({
          reservations: z.nullish(z.looseObject({ devices: z.nullish(z.array(z.unknown())) })),
        }),
      ),
    }),
  ),
  post_start: hooks,
  pre_stop: hooks,
  develop: z.nullish(z.looseObject({ watch: z.nullish(z.array(z.looseObject({ exec: z.nullish(hook) }))) })),
});
const model = z.nullish(z.looseObject({ model: z.optional(z.string()) }));
const project = z.looseObject({
  services: z.nullish(z.record(z.string(), service)),
  models: z.nullish(z.record(z.string(), model)),
});

type Service = z.infer<typeof service>;
type Found = { readonly key: string; readonly value: string; readonly permission?: string };

/**
 * What in a compose file would let its containers out.
 *
 * @param config of `docker compose config --format json`, with values
 */
export function findBreakouts(config: unknown, surroundings: Surroundings): readonly Breakout[] {
  const { services, models } = z.parse(project, config);
  const inServices = Object.entries(services ?? {}).flatMap(([name, one]) =>
    findInService(one).map(({ key, ...found }) => ({ at: ['services', name, key], ...found })),
  );
  // A plugin of docker's gets and runs them.
  const inModels = Object.entries(models ?? {}).map(([name, one]) => ({
    at: ['models', name, 'model'],
    value: one?.model ?? '',
    permission: 'provider',
  }));
  return [...inServices, ...inModels, ...findVolumes(config), ...findPaths(config, surroundings)];
}

/** What Compose does itself, with whatever containers there are, rather than asks of a new container. */
const HOOKS = new Set(['post_start', 'pre_stop', 'provider']);

/** Whether commands that make and start nothing come upon it, too: `down` runs hooks, and programs of providers. */
export function isHook({ at: [kind, , key = ''] }: Breakout): boolean {
  return kind === 'services' && HOOKS.has(key);
}

function findInService(one: Service): Found[] {
  return [
    ...ofPrivilege(one),
    ...ofNamespaces(one),
    ...ofCapabilities(one),
    ...ofDevices(one),
    ...(one.security_opt ?? [])
      .filter((text) => !/^no-new-privileges(?:[:=]true)?$/.test(text))
      .map((value) => ({ key: 'security_opt', value, permission: 'security-opt' })),
    ...(one.provider === undefined
      ? []
      : [{ key: 'provider', value: 'a program of the machine', permission: 'provider' }]),
  ];
}

const isOn = (value: unknown): boolean => value === true || value === 'true';

function ofPrivilege(one: Service): Found[] {
  const permission = 'privileged';
  const watched = (one.develop?.watch ?? []).map(({ exec }) => exec ?? {});
  const withHooks = { post_start: one.post_start, pre_stop: one.pre_stop, develop: watched };
  return [
    ...(isOn(one.privileged) ? [{ key: 'privileged', value: 'true', permission }] : []),
    ...(isOn(one.build?.privileged) ? [{ key: 'build', value: 'privileged: true', permission }] : []),
    // Every build is on the host's network.
    ...(one.build?.entitlements ?? [])
      .filter((value) => value !== 'network.host')
      .map((value) => ({ key: 'build', value, permission })),
    ...Object.entries(withHooks)
      .filter(([, all]) => all?.some(({ privileged }) => isOn(privileged)))
      .map(([key]) => ({ key, value: 'privileged: true', permission })),
    ...(usesAgent(one) ? [{ key: 'build', value: 'ssh: default', permission: 'ssh' }] : []),
  ];
}

/** A key of which no file is named is one of the caller's agent. */
function usesAgent({ build }: Service): boolean {
  const keys = build?.ssh ?? [];
  if (Array.isArray(keys)) return keys.some((key) => !key.includes('='));
  return Object.values(keys).some((path) => path === null || path === '');
}

/** What runc is called where nothing else is asked for. */
const OWN_RUNTIMES = ['runc', 'io.containerd.runc.v2'];

function ofNamespaces(one: Service): Found[] {
  const shared = (['pid', 'ipc', 'uts', 'cgroup'] as const)
    .filter((key) => one[key] === 'host')
    .map((key) => ({ key, value: 'host', permission: key }));
  const parent = one.cgroup_parent ?? '';
  const runtime = one.runtime ?? '';
  // runc hands them on to systemd, as root.
  const properties = Object.keys(one.annotations ?? {}).filter((name) => name.startsWith('org.systemd.'));
  return [
    ...shared,
    ...(parent === '' ? [] : [{ key: 'cgroup_parent', value: parent }]),
    ...(runtime === '' || OWN_RUNTIMES.includes(runtime)
      ? []
      : [{ key: 'runtime', value: runtime, permission: 'runtime' }]),
    ...properties.map((value) => ({ key: 'annotations', value })),
  ];
}

/** Docker's own, and a few with which a process harms itself at most (capabilities(7)). */
const HARMLESS = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT', 'IPC_LOCK', 'LEASE', 'SYS_NICE'],
]);

function ofCapabilities(one: Service): Found[] {
  return (one.cap_add ?? [])
    .map((value) => ({ value, name: value.toUpperCase().replace(/^CAP_/, '') }))
    .filter(({ name }) => !HARMLESS.has(name))
    .map(({ value, name }) => ({
      key: 'cap_add',
      value,
      // It is taken from every container.
      ...(name === 'NET_RAW' ? {} : { permission: `cap:${name}` }),
    }));
}

function ofDevices(one: Service): Found[] {
  const permission = 'devices';
  const reserved = one.deploy?.resources?.reservations?.devices ?? [];
  return [
    ...(one.devices ?? []).map((device) => ({ key: 'devices', value: nameOfDevice(device), permission })),
    ...(one.device_cgroup_rules ?? []).map((value) => ({ key: 'device_cgroup_rules', value, permission })),
    ...(one.gpus === undefined || one.gpus === null ? [] : [{ key: 'gpus', value: 'all', permission }]),
    ...reserved.map(() => ({ key: 'deploy', value: 'reservations of devices', permission })),
  ];
}

function nameOfDevice(device: unknown): string {
  if (typeof device === 'string') return device;
  return String((device as { source?: unknown } | null)?.source ?? 'a device');
}
