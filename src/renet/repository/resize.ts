import { stat, statfs, truncate } from 'node:fs/promises';
import { Failure, Refusal } from '../../core/refusal.ts';
import { type Definition, requireReady } from '../../core/repository/definition.ts';
import {
  describeSize,
  growCommand,
  isSound,
  luksGrowCommand,
  readSize,
} from '../../core/repository/image.ts';
import { REPOSITORIES, repositoryPlaces } from '../../core/repository/places.ts';
import type { Secret } from '../../core/secret.ts';
import { mountOf } from '../../edges/mounts.ts';
import { run, runToEnd } from '../../edges/process.ts';
import { loadDefinition, lockRepository, requireRoot } from './definitions.ts';
import { type Image, isMounted, mountRepository } from './storage.ts';

export type ResizeOptions = {
  readonly key: Secret | undefined;
  readonly print: (line: string) => void;
};

/** `renet repo resize`: makes the image larger, also while the repository is up. Again, it completes what was cut off. */
export async function resizeRepository(name: string, text: string, options: ResizeOptions): Promise<void> {
  requireRoot();
  const size = readSize(text);
  await using _ = await lockRepository(await loadDefinition(name), options.print);
  const one = requireReady(await loadDefinition(name));
  const { storage } = one;
  if (storage.kind === 'folder')
    throw new Refusal(
      'size-invalid',
      `'${name}' is a plain folder, which has no size of its own`,
      'There is nothing to do: it has what the machine has.',
    );
  const before = await requireLarger(one, size);
  const { image } = repositoryPlaces(one);
  await truncate(image, size);
  try {
    await ((await isMounted(one)) || storage.filesystem === 'btrfs' || storage.encrypted
      ? growMounted(one, storage, options.key)
      : growUnmounted(image));
  } catch (error) {
    // Nothing is in what it had more.
    await truncate(image, before);
    await run(['losetup', '--set-capacity', await loopOf(image)]);
    throw error;
  }
  options.print(`${name} has ${describeSize(size)} now`);
}

async function growMounted(one: Definition, storage: Image, key: Secret | undefined): Promise<void> {
  const { image, folder } = repositoryPlaces(one);
  await mountRepository(one, key);
  const device = (await mountOf(folder))?.device ?? '';
  await runToEnd('losetup', '--set-capacity', await loopOf(image));
  if (storage.encrypted) await runWith(key, luksGrowCommand(one.networkId));
  const { code, stderr } = await run(growCommand(storage.filesystem, device, folder));
  if (code !== 0)
    throw new Failure(
      `'${one.name}' cannot be made larger while it is mounted; nothing was changed`,
      `${stderr.trim()}\nTake it down, and try again: repo down ${one.name} --unmount, then repo resize.`,
    );
}

/** ext4 alone can be grown so. */
async function growUnmounted(image: string): Promise<void> {
  const { code, stdout, stderr } = await run(['e2fsck', '-f', '-p', image]);
  if (!isSound(code))
    throw new Failure(`${image} is damaged; nothing was changed`, `${stdout}${stderr}`.trim());
  await runToEnd('resize2fs', image);
}

/** @returns the size that it has */
async function requireLarger(one: Definition, size: number): Promise<number> {
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
  return now;
}

async function loopOf(image: string): Promise<string> {
  const out = await runToEnd('losetup', '--associated', image, '--output', 'NAME', '--noheadings');
  return out.trim().split('\n')[0] ?? '';
}

async function runWith(key: Secret | undefined, argv: [string, ...string[]]): Promise<void> {
  const { code, stderr } = await run(argv, { input: key?.reveal() ?? '' });
  if (code !== 0) throw new Failure(`${argv.join(' ')} failed`, stderr.trim());
}
