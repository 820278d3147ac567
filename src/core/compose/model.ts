import * as z from 'zod/mini';

/**
 * What is read of a service from `docker compose config --format json`. With `--no-interpolate` Compose prints some parts
 * as their author wrote them, so that lists stand beside maps and numbers may still be `${VARIABLES}`.
 */
export type ServiceModel = {
  readonly networkMode?: string;
  /** As a reader knows them: `8080:80`, `53:53/udp`. */
  readonly ports: readonly string[];
  /** Names of networks with the further names that the service has there; without Compose's own `default`. */
  readonly networks: ReadonlyMap<string, readonly string[]>;
  /** `db:database` or `db`. */
  readonly links: readonly string[];
  /** As Compose prints it, what `links` and shared namespaces imply included. */
  readonly dependsOn: Readonly<Record<string, unknown>>;
  readonly build: { readonly network?: string } | undefined;
  readonly containerName?: string;
  readonly hostname?: string;
  /** `name=address` or `name:address`. */
  readonly extraHosts: readonly string[];
  readonly labels: readonly string[];
  readonly sysctls: Readonly<Record<string, unknown>>;
  /** How many containers are asked for; absent while it is an unresolved variable. */
  readonly replicas: number | undefined;
  readonly mountsHosts: boolean;
  readonly macAddress: boolean;
};

/** A list of `key=value`, or a map; Compose takes both for labels, environment, sysctls and extra_hosts. */
const pairs = z.union([z.array(z.string()), z.record(z.string(), z.unknown())]);
const port = z.union([
  z.string(),
  z.number(),
  z.looseObject({
    target: z.optional(z.union([z.number(), z.string()])),
    published: z.optional(z.union([z.number(), z.string()])),
    protocol: z.optional(z.string()),
  }),
]);
const service = z.looseObject({
  network_mode: z.optional(z.string()),
  ports: z.nullish(z.array(port)),
  networks: z.nullish(
    z.union([
      z.array(z.string()),
      z.record(z.string(), z.nullish(z.looseObject({ aliases: z.nullish(z.array(z.string())) }))),
    ]),
  ),
  links: z.nullish(z.array(z.string())),
  external_links: z.nullish(z.array(z.string())),
  depends_on: z.nullish(z.union([z.array(z.string()), z.record(z.string(), z.unknown())])),
  build: z.nullish(z.union([z.string(), z.looseObject({ network: z.optional(z.string()) })])),
  container_name: z.optional(z.string()),
  hostname: z.optional(z.string()),
  extra_hosts: z.nullish(pairs),
  labels: z.nullish(pairs),
  sysctls: z.nullish(pairs),
  scale: z.optional(z.union([z.number(), z.string()])),
  deploy: z.nullish(z.looseObject({ replicas: z.optional(z.union([z.number(), z.string()])) })),
  volumes: z.nullish(z.array(z.union([z.string(), z.looseObject({ target: z.optional(z.string()) })]))),
  mac_address: z.optional(z.string()),
});
const project = z.looseObject({ services: z.nullish(z.record(z.string(), service)) });

type RawService = z.infer<typeof service>;

/** Compose prints each `$` twice, so that nobody takes it for a variable. */
export function readConfig(text: string): unknown {
  return JSON.parse(text.replaceAll('$$', () => '$'));
}

/**
 * Reads what `docker compose config --format json` printed.
 *
 * @throws Error when it is not what Compose prints: a bug or an unknown Compose, not the operator's mistake
 */
export function readComposeModel(text: string): Map<string, ServiceModel> {
  const model = z.parse(project, JSON.parse(text));
  return new Map(Object.entries(model.services ?? {}).map(([name, raw]) => [name, readService(raw)]));
}

function readService(raw: RawService): ServiceModel {
  return {
    ...(raw.network_mode === undefined ? {} : { networkMode: raw.network_mode }),
    ...(raw.container_name === undefined ? {} : { containerName: raw.container_name }),
    ...(raw.hostname === undefined ? {} : { hostname: raw.hostname }),
    ports: (raw.ports ?? []).map(describePort),
    networks: readNetworks(raw.networks),
    links: [...(raw.links ?? []), ...(raw.external_links ?? [])],
    dependsOn: toRecord(raw.depends_on),
    build: raw.build === undefined || raw.build === null ? undefined : readBuild(raw.build),
    extraHosts: Array.isArray(raw.extra_hosts)
      ? raw.extra_hosts
      : Object.entries(raw.extra_hosts ?? {}).map(([name, address]) => `${name}=${address}`),
    labels: Object.keys(toRecord(raw.labels)),
    sysctls: toRecord(raw.sysctls),
    replicas: readReplicas(raw),
    mountsHosts: (raw.volumes ?? []).some(targetsHosts),
    macAddress: raw.mac_address !== undefined,
  };
}

function describePort(raw: z.infer<typeof port>): string {
  if (typeof raw !== 'object') return String(raw);
  const published = raw.published === undefined ? '' : `${raw.published}:`;
  const protocol = raw.protocol === undefined || raw.protocol === 'tcp' ? '' : `/${raw.protocol}`;
  return `${published}${raw.target ?? ''}${protocol}`;
}

function readNetworks(raw: RawService['networks']): Map<string, readonly string[]> {
  const entries = Array.isArray(raw)
    ? raw.map((name): [string, string[]] => [name, []])
    : Object.entries(raw ?? {}).map(([name, options]): [string, string[]] => [name, options?.aliases ?? []]);
  return new Map(entries.filter(([name, aliases]) => name !== 'default' || aliases.length > 0));
}

function readBuild(raw: string | { network?: string | undefined }): { network?: string } {
  return typeof raw === 'string' || raw.network === undefined ? {} : { network: raw.network };
}

function readReplicas(raw: RawService): number | undefined {
  const asked = raw.scale ?? raw.deploy?.replicas ?? 1;
  return /^\d+$/.test(String(asked)) ? Number(asked) : undefined;
}

function targetsHosts(volume: string | { target?: string | undefined }): boolean {
  return typeof volume === 'string' ? /:\/etc\/hosts(:|$)/.test(volume) : volume.target === '/etc/hosts';
}

function toRecord(
  raw: readonly string[] | Record<string, unknown> | null | undefined,
): Record<string, unknown> {
  if (!Array.isArray(raw)) return (raw ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    (raw as readonly string[]).map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, null] : [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
