import { Refusal } from '../refusal.ts';

/** File systems that an image can have. */
export type Filesystem = 'ext4' | 'btrfs';

type Argv = [string, ...string[]];

const UNITS: Readonly<Record<string, number>> = { M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
/** What btrfs needs at least, with room for a daemon. */
const SMALLEST = 256 * 2 ** 20;

/** A size as `10G` or `500M`, in bytes. */
export function readSize(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([MGT])$/.exec(text) ?? [];
  const bytes = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (bytes >= SMALLEST) return bytes;
  throw new Refusal(
    'size-invalid',
    `--size '${text}' ${bytes < SMALLEST ? 'is too small: 256M is the least' : 'is no size'}`,
    'Write it as in 10G or 500M.',
  );
}

/** Bytes for people: `9.8G`. */
export function describeSize(bytes: number): string {
  const [unit, size] = Object.entries(UNITS)
    .reverse()
    .find(([, one]) => bytes >= one) ?? ['K', 2 ** 10];
  const count = bytes / size;
  return `${count >= 10 || Number.isInteger(count) ? Math.floor(count) : count.toFixed(1)}${unit}`;
}

/** @param device an image file, or the opened device of an encrypted one */
export function mkfsCommand(filesystem: Filesystem, device: string, name: string): Argv {
  // Names of ext4 have 16 letters; they are for people who look at the image alone.
  const label = name.slice(0, 16);
  if (filesystem === 'btrfs') return ['mkfs.btrfs', '--quiet', '--force', '--label', label, device];
  // No share for root: everything in it is root's.
  return ['mkfs.ext4', '-q', '-F', '-m', '0', '-L', label, device];
}

/** Deleted data gives its room in the image back (discard). A loop device is made, and goes with the mount. */
export function mountCommand(filesystem: Filesystem, device: string, folder: string): Argv {
  const options = device.startsWith('/dev/') ? 'discard' : 'loop,discard';
  return ['mount', '-t', filesystem, '-o', options, device, folder];
}

/** Mends what it can without a question (e2fsck(8)); what is clean takes no time. btrfs is checked by its mount. */
export function checkCommand(filesystem: Filesystem, device: string): Argv | undefined {
  return filesystem === 'ext4' ? ['e2fsck', '-p', device] : undefined;
}

/** e2fsck(8): bit 0 says that something was mended, bit 2 that something is left. */
export const isSound = (exitCode: number): boolean => (exitCode & ~1) === 0;

/** Makes a mounted file system as large as its device. */
export function growCommand(filesystem: Filesystem, device: string, folder: string): Argv {
  return filesystem === 'btrfs' ? ['btrfs', 'filesystem', 'resize', 'max', folder] : ['resize2fs', device];
}

/** The name of an opened encrypted image, below /dev/mapper. */
export const mapperName = (networkId: number): string => `rediacc-${networkId}`;
export const mapperDevice = (networkId: number): string => `/dev/mapper/${mapperName(networkId)}`;

/** The key comes from standard input (cryptsetup(8)). */
export function luksFormatCommand(image: string): Argv {
  return ['cryptsetup', 'luksFormat', '--batch-mode', '--type', 'luks2', '--key-file', '-', image];
}

export function luksOpenCommand(image: string, networkId: number): Argv {
  return ['cryptsetup', 'open', '--key-file', '-', '--allow-discards', image, mapperName(networkId)];
}

export function luksCloseCommand(networkId: number): Argv {
  return ['cryptsetup', 'close', mapperName(networkId)];
}

export function luksGrowCommand(networkId: number): Argv {
  return ['cryptsetup', 'resize', '--key-file', '-', mapperName(networkId)];
}
