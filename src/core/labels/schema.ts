import generated from '../../../schema/traefik-labels.json' with { type: 'json' };

/** One option that a label can set. Made from Traefik's own Go types by the program in `schema/`. */
export type Field = {
  /** Its key in a document. */
  readonly key: string;
  readonly kind: 'string' | 'bool' | 'int' | 'uint' | 'duration' | 'struct' | 'list' | 'map' | 'raw';
  /** Size of an int or uint. */
  readonly bits?: number;
  /** The type of a struct, or what a list or map holds: a kind, or a type. */
  readonly of?: string;
  /** A struct that may stand without options (`tls=true`). */
  readonly allowEmpty?: boolean;
  /** Labels may name it, without effect. */
  readonly ignored?: boolean;
  /** The label names one struct, the only item of a list (`loadbalancer.server`). */
  readonly single?: boolean;
  /** A value that can be absent, so that `false` and nothing are two things. */
  readonly optional?: boolean;
  /** A credential. */
  readonly secret?: boolean;
};

export type StructType = {
  /** By the name that labels use, in lower case. */
  readonly fields: Readonly<Record<string, Field>>;
  /** What Traefik sets when it creates one, by key. */
  readonly defaults?: Readonly<Record<string, unknown>>;
};

type Schema = {
  /** The version of Traefik that it was made from. */
  readonly traefik: string;
  readonly roots: Readonly<Record<'http' | 'tcp' | 'udp' | 'tls', string>>;
  readonly types: Readonly<Record<string, StructType>>;
};

const schema = generated as unknown as Schema;

/** The type of all that labels say of routes: `traefik.http`, `traefik.tcp`, … */
export const SECTIONS = 'sections';
/** The type of what labels say to Traefik's Docker provider: `traefik.enable`, `traefik.docker.*`. */
export const PROVIDER_OPTIONS = 'providerOptions';

/** Types of Traefik's Docker provider (pkg/provider/docker/shared_labels.go), which its dynamic configuration does not name. */
const types: Readonly<Record<string, StructType>> = {
  ...schema.types,
  [SECTIONS]: {
    fields: Object.fromEntries(
      Object.entries(schema.roots).map(([key, of]): [string, Field] => [key, { key, kind: 'struct', of }]),
    ),
  },
  [PROVIDER_OPTIONS]: {
    fields: {
      enable: { key: 'enable', kind: 'bool' },
      docker: { key: 'docker', kind: 'struct', of: 'dockerOptions' },
    },
  },
  dockerOptions: {
    fields: {
      network: { key: 'network', kind: 'string' },
      lbswarm: { key: 'lbswarm', kind: 'bool' },
      allownonrunning: { key: 'allownonrunning', kind: 'bool' },
    },
  },
};

/** Names of options, in lower case, that hold credentials. */
export const secretOptions: ReadonlySet<string> = new Set(
  Object.values(schema.types).flatMap(({ fields }) =>
    Object.entries(fields).flatMap(([name, { secret }]) => (secret ? name : [])),
  ),
);

/** The type of what is named there: of a router, say, for `http` and `routers`. */
export function entryType(protocol: keyof Schema['roots'], kind: string): string {
  return structType(schema.roots[protocol])?.fields[kind]?.of ?? '';
}

/** @returns undefined when the name is a kind (`string`) and no struct */
export function structType(name: string): StructType | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined;
}

export function fieldOf(type: StructType, label: string): Field | undefined {
  const name = label.toLowerCase();
  return Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
}
