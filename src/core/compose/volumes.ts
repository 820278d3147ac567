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
type Found = Omit<Breakout, 'at'> & { readonly key: string };

/** What another machine offers. */
const SHARES = new Set(['nfs', 'nfs4', 'cifs', 'smb3']);
/** What dockerd may mount: what a path names, memory, and shares. `proc` and `overlay` show this machine. */
const FILE_SYSTEMS = new Set(['', 'none', 'bind', 'tmpfs', ...SHARES]);

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
    ...(SHARES.has(type) && !isElsewhere(String(driver_opts?.['o'] ?? ''))
      ? [{ key: 'driver_opts', value: `type: ${type}`, note: NOT_ELSEWHERE, permission }]
      : []),
    ...ofRelativePath(driver_opts ?? {}),
  ];
}

const NOT_ELSEWHERE = 'whose address is no IP address (addr=) of another machine';
/** Options of a mount that say where to connect to (nfs(5), mount.cifs(8)). */
const ADDRESSES = new Set(['addr', 'ip', 'mountaddr', 'mounthost']);

/**
 * The kernel connects to a share by itself, past what keeps repositories apart: so not to this machine's loopback. What a name leads to
 * may change.
 */
function isElsewhere(options: string): boolean {
  const named = options.split(',').flatMap((option) => {
    const [key = '', value = ''] = option.split('=');
    return ADDRESSES.has(key.trim().toLowerCase()) ? [value.trim()] : [];
  });
  return named.length > 0 && named.every((one) => OTHER_IPV4.test(one) || OTHER_IPV6.test(one));
}

const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const OTHER_IPV4 = new RegExp(`^(?!0\\.|127\\.)${BYTE}(?:\\.${BYTE}){3}$`);
/** Global, unique local and link-local addresses: none that begins with zeros. */
const OTHER_IPV6 = /^(?:[23][0-9a-f]|f[cde])[0-9a-f]{2}:[0-9a-f:]+(?:%\w+)?$/i;

/** It would count from the folder of dockerd, which is nobody's word. */
function ofRelativePath(options: Readonly<Record<string, unknown>>): Found[] {
  const path = String(options['device'] ?? '');
  return isBind(options) && !path.startsWith('/') ? [{ key: 'driver_opts', value: `device: ${path}` }] : [];
}

/** Whether dockerd mounts what a path names, whatever the type says (MS_BIND of mount(2)). */
export function isBind({ o }: Readonly<Record<string, unknown>>): boolean {
  const words = String(o ?? '').split(',');
  return words.includes('bind') || words.includes('rbind');
}
