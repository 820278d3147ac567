import { access, mkdir, open, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure, Refusal } from '../../core/refusal.ts';
import type { Definition, Storage } from '../../core/repository/definition.ts';
import {
  checkCommand,
  isSound,
  luksCloseCommand,
  luksFormatCommand,
  luksOpenCommand,
  mapperDevice,
  mkfsCommand,
  mountCommand,
} from '../../core/repository/image.ts';
import { repositoryPlaces } from '../../core/repository/places.ts';
import type { Secret } from '../../core/secret.ts';
import { isFolder, listNames } from '../../edges/files.ts';
import { findUsers, mountedDevice } from '../../edges/mounts.ts';
import { type Finished, findExecutable, run, runToEnd } from '../../edges/process.ts';

export type Image = Extract<Storage, { kind: 'image' }>;

/** Whether the files of a repository are there. */
export async function isMounted(one: Definition): Promise<boolean> {
  const { folder, files } = repositoryPlaces(one);
  return one.storage.kind === 'folder' ? isFolder(files) : (await mountedDevice(folder)) !== undefined;
}

/** Whether only its key is missing. */
export async function isLocked({ networkId, storage }: Definition): Promise<boolean> {
  if (storage.kind === 'folder' || !storage.encrypted) return false;
  return !(await exists(mapperDevice(networkId)));
}

/** Refuses what this machine lacks for a storage. */
export async function requireStorage(storage: Storage): Promise<void> {
  if (storage.kind === 'folder') return;
  const needs = [
    storage.filesystem === 'btrfs' ? ['mkfs.btrfs', 'btrfs-progs'] : ['mkfs.ext4', 'e2fsprogs'],
    ...(storage.encrypted ? [['cryptsetup', 'cryptsetup-bin']] : []),
  ] as const;
  const missing = needs.filter(([command]) => findExecutable(command ?? '') === undefined);
  if (missing.length > 0)
    throw new Refusal(
      'packages-missing',
      `packages are missing: ${missing.map(([, name]) => name).join(', ')}`,
      `Install them on the server: apt-get install ${missing.map(([, name]) => name).join(' ')}.`,
    );
  if (storage.encrypted && !(await hasDmCrypt()))
    throw new Refusal(
      'encryption-unsupported',
      'the kernel of this server has no dm-crypt, by which an image is encrypted',
      'Leave --encrypt out, or use a kernel that has it.',
    );
}

async function hasDmCrypt(): Promise<boolean> {
  if (await exists('/sys/module/dm_crypt')) return true;
  return (await run(['modprobe', '--quiet', 'dm-crypt']).catch(() => ({ code: 1 }))).code === 0;
}

/** Makes the storage of a new repository, over whatever an attempt that was cut off has left. */
export async function makeStorage(one: Definition, size: number, key: Secret | undefined): Promise<void> {
  const { storage, name } = one;
  const { image, folder, files } = repositoryPlaces(one);
  await removeStorage(one);
  await mkdir(folder, { mode: 0o711 });
  if (storage.kind === 'image') {
    const file = await open(image, 'wx', 0o600);
    await file.truncate(size);
    await file.close();
    if (storage.encrypted) await withKey(luksFormatCommand(image), key);
    const device = await openImage(one, storage, key);
    await runToEnd(...mkfsCommand(storage.filesystem, device, name));
    await mountDevice(one, storage, device);
  }
  // Whoever else is on the machine reads nothing; for containers only what is mounted into them counts.
  await mkdir(dirname(files), { mode: 0o700 });
  await mkdir(files, { mode: 0o755 });
}

/** Makes the files of a repository be there; what is there already stays as it is. */
export async function mountRepository(one: Definition, key: Secret | undefined): Promise<void> {
  if (await isMounted(one)) return;
  const { storage, name } = one;
  const { image, folder, files } = repositoryPlaces(one);
  const gone = storage.kind === 'folder' ? files : image;
  if (!(await exists(gone)))
    throw new Refusal(
      'repository-damaged',
      `${gone}, where '${name}' had its files, is gone`,
      'Put it back out of your backup, or delete the repository.',
    );
  if (storage.kind === 'folder') return;
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const hidden = await listNames(folder);
  if (hidden.length > 0)
    throw new Refusal(
      'repository-damaged',
      `the image of '${name}' is to be mounted on ${folder}, where ${hidden.join(', ')} would be hidden`,
      'Move that away, and mount again.',
    );
  await mountDevice(one, storage, await openImage(one, storage, key));
}

/** @returns the device with the file system: the image itself, or the opened one */
async function openImage(one: Definition, storage: Image, key: Secret | undefined): Promise<string> {
  const { image } = repositoryPlaces(one);
  if (!storage.encrypted) return image;
  if (await isLocked(one)) await withKey(luksOpenCommand(image, one.networkId), key);
  return mapperDevice(one.networkId);
}

/** Runs a command that reads the key. */
export async function withKey(argv: [string, ...string[]], key: Secret | undefined): Promise<void> {
  if (key === undefined)
    throw new Refusal(
      'key-missing',
      'the repository is encrypted, and its key is needed',
      'Give it: --key-file FILE, or at the terminal.',
    );
  const { code, stderr } = await run(argv, { input: key.reveal() });
  if (code !== 0) throw new Failure('command-failed', `${argv.slice(0, 2).join(' ')} failed`, stderr.trim());
}

async function mountDevice(one: Definition, storage: Image, device: string): Promise<void> {
  const { folder } = repositoryPlaces(one);
  const check = checkCommand(storage.filesystem, device);
  const checked = check === undefined ? undefined : await run(check);
  if (checked !== undefined && !isSound(checked.code)) throw damaged(one, checked);
  const mounted = await run(mountCommand(storage.filesystem, device, folder));
  if (mounted.code !== 0) throw damaged(one, mounted);
}

/** @param finished what found it, in whose words it is told */
export function damaged(one: Definition, { stdout, stderr }: Finished): Refusal {
  const { name, storage } = one;
  const { image } = repositoryPlaces(one);
  const isExt4 = storage.kind === 'image' && storage.filesystem === 'ext4';
  const repair = isExt4 ? `e2fsck -f ${image}` : `btrfs check ${image}`;
  const said = `${stdout}\n${stderr}`.trim().replaceAll('\n', '; ');
  return new Refusal(
    'image-damaged',
    `the image of '${name}' (${image}) is damaged, and was not mounted: ${said}`,
    `Copy it, then look at it with: ${repair}.`,
  );
}

/** Takes the image from its folder; its daemon must have ended. */
export async function unmountRepository(one: Definition): Promise<void> {
  const { networkId, storage, name } = one;
  if (storage.kind === 'folder') return;
  const { folder } = repositoryPlaces(one);
  if ((await mountedDevice(folder)) !== undefined) {
    const { code, stderr } = await run(['umount', folder]);
    const users = code === 0 ? [] : await findUsers(folder);
    if (code !== 0)
      throw new Refusal(
        'repository-busy',
        `'${name}' cannot be unmounted: ${users.length > 0 ? `in use by ${users.join(', ')}` : stderr.trim()}`,
        'End them, and unmount again. It stays mounted.',
      );
  }
  if (storage.encrypted && (await exists(mapperDevice(networkId))))
    await runToEnd(...luksCloseCommand(networkId));
}

/** Removes everything that is left of the storage. */
export async function removeStorage(one: Definition): Promise<void> {
  const { image, folder } = repositoryPlaces(one);
  await unmountRepository(one);
  await rm(image, { force: true });
  if (one.storage.kind === 'folder') await rm(folder, { recursive: true, force: true });
  else if (await isFolder(folder)) await rmdir(folder);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
