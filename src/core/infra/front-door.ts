import * as z from 'zod/mini';
import { DEFAULT_STATE_DIR, routerStateDir } from '../repository/record.ts';
import type { EntryPoint } from '../traefik/static-config.ts';
import type { Infra } from './infra-file.ts';
import { API_PORT, ROUTER_PORT } from './port-lists.ts';
import { settingOf } from './settings.ts';

/** How a machine's front door is set up, a server's or a `renet local`'s. */
export type FrontDoor = {
  readonly isServer: boolean;
  readonly entryPoints: readonly EntryPoint[];
  readonly baseDomain?: string | undefined;
  readonly autoRoutes: boolean;
  /** Certificate resolvers that Traefik has; `ignored`: labels may name any. */
  readonly resolvers: readonly string[] | 'ignored';
  /** The kernel keeps repositories apart. */
  readonly isolation: boolean;
  /** Where the internet finds it; none on a laptop. */
  readonly publicAddresses: readonly string[];
  readonly router: Place;
  /** Traefik's API. */
  readonly api: Place;
  /** The route server's state folder. */
  readonly routerState: string;
};

type Place = { readonly host: string; readonly port: number };

const place = z.object({ host: z.string(), port: z.number() });
const shape = z.object({
  entryPoints: z.array(
    z.object({ name: z.string(), protocol: z.enum(['tcp', 'udp']), host: z.string(), port: z.number() }),
  ),
  baseDomain: z.optional(z.string()),
  isolation: z.boolean(),
  router: place,
  api: place,
  routerState: z.string(),
});

/** What a `renet local` writes down for other commands, in its run folder. */
export type LocalDoor = z.infer<typeof shape>;

export function localDoorPath(runDir: string): string {
  return `${runDir}/front-door.json`;
}

export function writeLocalDoor(door: LocalDoor): string {
  return `${JSON.stringify(door, null, 2)}\n`;
}

/** @throws Error when the file is not one that we wrote */
export function readLocalDoor(text: string): FrontDoor {
  const own = { isServer: false, autoRoutes: true, resolvers: 'ignored', publicAddresses: [] } as const;
  return { ...z.parse(shape, JSON.parse(text)), ...own };
}

export function serverDoor({ settings, entryPoints, resolvers }: Infra): FrontDoor {
  const { baseDomain, publicIpv4, publicIpv6 } = settings;
  return {
    ...{ isServer: true, entryPoints, resolvers, baseDomain },
    autoRoutes: settingOf(settings, 'autoRoutes') === 'on',
    isolation: settingOf(settings, 'isolation') === 'on',
    publicAddresses: [publicIpv4, publicIpv6].filter((one) => one !== undefined),
    router: { host: '127.0.0.1', port: ROUTER_PORT },
    api: { host: '127.0.0.1', port: API_PORT },
    routerState: routerStateDir(DEFAULT_STATE_DIR),
  };
}
