import * as z from 'zod/mini';
import type { Breakout } from './breakout.ts';

const volume = z.nullish(
  z.looseObject({
    driver: z.optional(z.string()),
    driver_opts: z.nullish(z.record(z.string(), z.unknown())),
  }),
);
const project = z.looseObject({ volumes: z.nullish(z.record(z.string(), volume)) });

type Volume = NonNullable<z.infer<typeof volume>>;
type Found = { readonly key: string; readonly value: string; readonly permission?: string };

/** What dockerd may mount: what a path names, memory, and what another machine offers. `proc` and `overlay` show this one. */
const FILE_SYSTEMS = new Set(['', 'none', 'bind', 'tmpfs', 'nfs', 'nfs4', 'cifs', 'smb3']);

/** Volumes of a project that are more than folders of Docker's, but for the paths that they name. */
export function findVolumes(config: unknown): Breakout[] {
  const { volumes } = z.parse(project, config);
  return Object.entries(volumes ?? {}).flatMap(([name, one]) =>
    findInVolume(one ?? {}).map(({ key, ...found }) => ({ at: ['volumes', name, key], ...found })),
  );
}

function findInVolume({ driver = 'local', driver_opts }: Volume): Found[] {
  const permission = 'volume-driver';
  const type = String(driver_opts?.['type'] ?? '');
  return [
    ...(driver === 'local' ? [] : [{ key: 'driver', value: driver, permission }]),
    ...(FILE_SYSTEMS.has(type) ? [] : [{ key: 'driver_opts', value: `type: ${type}`, permission }]),
    ...ofRelativePath(driver_opts ?? {}),
  ];
}

/** It would count from the folder of dockerd, which is nobody's word. */
function ofRelativePath({ o, device }: Readonly<Record<string, unknown>>): Found[] {
  const binds = String(o ?? '')
    .split(',')
    .some((word) => word === 'bind' || word === 'rbind');
  const path = String(device ?? '');
  return binds && !path.startsWith('/') ? [{ key: 'driver_opts', value: `device: ${path}` }] : [];
}
