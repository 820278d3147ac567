import type { CertificateReport } from '../certificates/report.ts';
import type { Source } from '../compose/find-line.ts';
import type { FrontDoor } from '../infra/front-door.ts';
import type { ContainerDetails } from '../repository/container-details.ts';
import type { RouteList } from '../routes/route-list.ts';

/** What there is to see on a machine, for who asks why something is not reachable. */
export type Seen = {
  readonly door: Door;
  /** Undefined: the route server does not answer. */
  readonly router: RouterSeen | undefined;
  readonly repositories: readonly RepositorySeen[];
  readonly listeners: readonly Listening[];
};

/** How the front door is set up. */
export type Door = Pick<
  FrontDoor,
  'isServer' | 'entryPoints' | 'baseDomain' | 'autoRoutes' | 'resolvers' | 'isolation' | 'publicAddresses'
>;

export type RouterSeen = {
  readonly routes: RouteList;
  readonly certificates: readonly CertificateReport[];
  readonly health: HealthSeen;
};

/** The part of `/health` that matters here. */
export type HealthSeen = {
  readonly status: string;
  /** What is wrong with the state folder. */
  readonly trouble?: string;
  readonly traefik: { readonly fetched: string | null; readonly current?: boolean };
  readonly daemons: readonly {
    readonly networkId: number;
    readonly state: string;
    readonly reason?: string;
  }[];
};

export type RepositorySeen = {
  readonly name: string;
  readonly networkId: number;
  /** `up`, or why nothing of it runs. */
  readonly state: 'up' | 'down' | 'unmounted' | 'locked' | 'silent';
  /** The folder with its compose file. */
  readonly path: string;
  readonly containers: readonly ContainerSeen[];
  /** Its compose files; more specific ones later. */
  readonly sources: readonly Source[];
  /** What they call services. */
  readonly services: readonly string[];
};

export type ContainerSeen = Omit<ContainerDetails, 'startedAt'> & {
  /** Since its last start. */
  readonly upSeconds: number;
  /** Compose files that it was made of. */
  readonly composeFiles: readonly string[];
  /** What it has printed last; only of one that is not well. */
  readonly log: readonly string[];
};

/** A socket that waits for connections, or datagrams. */
export type Listening = {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** `traefik (process 812)`; undefined: nobody can tell. */
  readonly holder?: string;
  /** The id of the container whose process has it. */
  readonly container?: string;
};

/** Addresses that stand for all of the machine's. */
export const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
