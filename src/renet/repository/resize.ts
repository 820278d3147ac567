import { stat, statfs, truncate } from 'node:fs/promises';
import { Failure, Refusal } from '../../core/refusal.ts';
import type { Definition } from '../../core/repository/definition.ts';
import {
  describeSize,
  growCommand,
  isSound,
  luksGrowCommand,
  readSize,
} from '../../core/repository/image.ts';
import { REPOSITORIES, repositoryPlaces } from '../../core/repository/places.ts';
import type { Secret } from '../../core/secret.ts';
import { mountedDevice } from '../../edges/mounts.ts';
import { run, runToEnd } from '../../edges/process.ts';
import { takeRepository } from './definitions.ts';
import { damaged, type Image, isMounted, mountRepository, withKey } from './storage.ts';

export type ResizeOptions = {
  readonly key: Secret | undefined;
  readonly print: (line: string) => void;
};

/** `renet repo resize`: makes the image larger, also while the repository is up. Again, it completes what was cut off. */
export async function resizeRepository(name: string, text: string, options: ResizeOptions): Promise<void> {
  const size = readSize(text);
  await using taken = await takeRepository(name, options.print);
  const { one } = taken;
  const { storage } = one;
  if (storage.kind === 'folder')
    throw new Refusal(
      'size-invalid',
      `'${name}' is a plain folder, which has no size of its own`,
      'There is nothing to do: it has what the machine has.',
    );
  await requireLarger(one, size);
  await ((await isMounted(one)) || storage.filesystem === 'btrfs' || storage.encrypted
    ? growMounted(one, storage, { size, key: options.key })
    : growUnmounted(one, size));
  options.print(`${name} has ${describeSize(size)} now`);
}

type Growth = { readonly size: number; readonly key: Secret | undefined };

/** The image stays as large as it was made when its file system is not: that may have begun to grow. */
async function growMounted(one: Definition, storage: Image, { size, key }: Growth): Promise<void> {
  const { image, folder } = repositoryPlaces(one);
  await mountRepository(one, key);
  const device = (await mountedDevice(folder)) ?? '';
  await truncate(image, size);
  await runToEnd('losetup', '--set-capacity', await loopOf(image));
  if (storage.encrypted) await withKey(luksGrowCommand(one.networkId), key);
  const { code, stderr } = await run(growCommand(storage.filesystem, device, folder));
  if (code !== 0)
    throw new Failure(
      'resize-failed',
      `'${one.name}' cannot be made larger while it is mounted`,
      `${stderr.trim()}\nTake it down, and try again: repo down ${one.name} --unmount, then repo resize.`,
    );
}

/** ext4 alone can be grown so. */
async function growUnmounted(one: Definition, size: number): Promise<void> {
  const { image } = repositoryPlaces(one);
  const checked = await run(['e2fsck', '-f', '-p', image]);
  if (!isSound(checked.code)) throw damaged(one, checked);
  await truncate(image, size);
  await runToEnd('resize2fs', image);
}

async function requireLarger(one: Definition, size: number): Promise<void> {
  const { image } = repositoryPlaces(one);
  const now = (await stat(image)).size;
  if (size < now)
    throw new Refusal(
      'size-invalid',
      `'${one.name}' has ${describeSize(now)}, and an image is never made smaller`,
      'Make a new repository, and move the data there.',
    );
  const { bavail, bsize } = await statfs(REPOSITORIES);
  if (size - now > bavail * bsize)
    throw new Refusal(
      'repository-full',
      `${describeSize(size - now)} more do not fit into what is free in ${REPOSITORIES}: ${describeSize(bavail * bsize)}`,
      'Choose a smaller size. Nothing was changed.',
    );
}

async function loopOf(image: string): Promise<string> {
  const out = await runToEnd('losetup', '--associated', image, '--output', 'NAME', '--noheadings');
  return out.trim().split('\n')[0] ?? '';
}
