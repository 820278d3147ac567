import * as z from 'zod/mini';
import { COMMON_PATHS, isBelow } from '../repository/permissions.ts';
import type { Breakout } from './breakout.ts';
import { isBind } from './volumes.ts';

const mount = z.looseObject({
  type: z.optional(z.string()),
  source: z.optional(z.string()),
  read_only: z.optional(z.unknown()),
});
const build = z.looseObject({
  context: z.optional(z.string()),
  additional_contexts: z.nullish(z.record(z.string(), z.string())),
  cache_from: z.nullish(z.array(z.string())),
  cache_to: z.nullish(z.array(z.string())),
  ssh: z.nullish(z.union([z.array(z.string()), z.record(z.string(), z.unknown())])),
});
const service = z.looseObject({
  volumes: z.nullish(z.array(z.union([z.string(), mount]))),
  use_api_socket: z.optional(z.unknown()),
  build: z.nullish(build),
  develop: z.nullish(
    z.looseObject({ watch: z.nullish(z.array(z.looseObject({ path: z.optional(z.string()) }))) }),
  ),
  logging: z.nullish(z.looseObject({ options: z.nullish(z.record(z.string(), z.unknown())) })),
});
const volume = z.nullish(
  z.looseObject({
    name: z.optional(z.string()),
    driver_opts: z.nullish(z.record(z.string(), z.unknown())),
  }),
);
const file = z.nullish(z.looseObject({ file: z.optional(z.string()) }));
const project = z.looseObject({
  services: z.nullish(z.record(z.string(), service)),
  volumes: z.nullish(z.record(z.string(), volume)),
  configs: z.nullish(z.record(z.string(), file)),
  secrets: z.nullish(z.record(z.string(), file)),
});

/** A path of the machine that a compose file gives to containers, or to builds. */
type PathUse = { readonly at: readonly string[]; readonly path: string; readonly isReadOnly: boolean };

/** Compose mounts it at the same place (`use_api_socket`). */
const API_SOCKET = '/var/run/docker.sock';

/** The paths that a compose file names. */
function usesOf(config: unknown): PathUse[] {
  const { services, volumes, configs, secrets } = z.parse(project, config);
  const inServices = Object.entries(services ?? {}).flatMap(([name, one]) => usesOfService(name, one));
  // Docker takes the name of a volume for a path, where it is one.
  const devices = Object.entries(volumes ?? {}).map(([name, one]) => [
    ...use(['volumes', name, 'driver_opts'], deviceOf(one?.driver_opts ?? {}), false),
    ...use(['volumes', name, 'name'], one?.name, false),
  ]);
  const files = Object.entries({ configs, secrets }).flatMap(([kind, all]) =>
    Object.entries(all ?? {}).map(([name, one]) => use([kind, name, 'file'], one?.file, true)),
  );
  return [...inServices, ...devices.flat(), ...files.flat()];
}

/** That of SMB looks like a path, and is none: `//nas/share`. */
function deviceOf(options: Readonly<Record<string, unknown>>): unknown {
  const isShare = ['cifs', 'smb3'].includes(String(options['type'])) && !isBind(options);
  return isShare ? undefined : options['device'];
}

function usesOfService(name: string, one: z.infer<typeof service>): PathUse[] {
  const at = (key: string): string[] => ['services', name, key];
  const mounts = (one.volumes ?? []).flatMap((each) => {
    if (typeof each === 'string') return use(at('volumes'), each.split(':')[0], /:ro\b/.test(each));
    return each.type === 'bind' ? use(at('volumes'), each.source, each.read_only === true) : [];
  });
  const watched = (one.develop?.watch ?? []).map(({ path }) => path);
  // dockerd itself writes there.
  const sockets = Object.values(one.logging?.options ?? {}).map(
    (value) => /^unix(?:gram)?:\/\/(.*)$/i.exec(String(value))?.[1],
  );
  return [
    ...mounts,
    ...usesOfBuild(at('build'), one.build ?? {}),
    ...watched.flatMap((path) => use(at('develop'), path, true)),
    ...sockets.flatMap((path) => use(at('logging'), path, false)),
    ...use(at('use_api_socket'), one.use_api_socket === true ? API_SOCKET : undefined, false),
  ];
}

function usesOfBuild(at: readonly string[], one: z.infer<typeof build>): PathUse[] {
  const others = Object.values(one.additional_contexts ?? {});
  const contexts = [one.context, ...others.map((text) => text.replace(/^oci-layout:\/\//, ''))];
  const keys = Array.isArray(one.ssh)
    ? one.ssh.map((text) => text.split('=')[1])
    : Object.values(one.ssh ?? {});
  const caches = [...(one.cache_from ?? []), ...(one.cache_to ?? [])].flatMap(foldersOfCache);
  // Compose counts these from the folder that it is called in, as whoever resolves them does.
  const called = [...keys.flatMap((text) => String(text ?? '').split(',')), ...caches];
  return [
    ...contexts.flatMap((path) => use(at, path, true)),
    ...called.filter((path) => path !== '').map((path) => ({ at, path, isReadOnly: false })),
  ];
}

/** Of `type=local,dest=../cache`, which BuildKit reads as a line of CSV, in any case. */
function foldersOfCache(text: string): string[] {
  const fields = new Map(
    text
      .replaceAll('"', '')
      .split(',')
      .map((field): [string, string] => {
        const [key = '', ...value] = field.split('=');
        return [key.trim().toLowerCase(), value.join('=')];
      }),
  );
  if (fields.get('type') !== 'local') return [];
  return ['src', 'dest'].flatMap((key) => fields.get(key) ?? []);
}

/** Nothing, where it is no path of this machine: a Git address, `service:name`, an export of NFS. */
function use(at: readonly string[], path: unknown, isReadOnly: boolean): PathUse[] {
  return typeof path === 'string' && path.startsWith('/') ? [{ at, path, isReadOnly }] : [];
}

/** To be resolved before `findPaths`. */
export function pathsOf(config: unknown): string[] {
  return [...new Set(usesOf(config).map(({ path }) => path))];
}

/** What a path is held against. */
export type Surroundings = {
  /** The path behind symbolic links, of each that `pathsOf` names. */
  readonly resolve: (path: string) => string;
  /** The repository's own folder. */
  readonly folder: string;
  /** Files in it that root runs. */
  readonly scripts: readonly string[];
};

/** Paths that lead out of the repository's folder, or to what root runs in it. */
export function findPaths(config: unknown, { resolve, folder, scripts }: Surroundings): Breakout[] {
  return usesOf(config).flatMap(({ at, path, isReadOnly }) => {
    const real = resolve(path);
    const found = { at, value: path, permission: `path:${real}` };
    if (isBelow(real, folder)) {
      const script = isReadOnly ? undefined : scripts.find((one) => isBelow(one, real));
      return script === undefined ? [] : [{ ...found, note: `with what root runs (${script}): use :ro` }];
    }
    return isReadOnly && COMMON_PATHS.some((one) => isBelow(real, one)) ? [] : [found];
  });
}
