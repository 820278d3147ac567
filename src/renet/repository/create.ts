import { mkdir, statfs } from 'node:fs/promises';
import { nextNetworkId, subnet } from '../../core/network/subnet.ts';
import { Refusal } from '../../core/refusal.ts';
import { type Definition, requireRepositoryName, type Storage } from '../../core/repository/definition.ts';
import { describeSize, readSize } from '../../core/repository/image.ts';
import { REPOSITORIES } from '../../core/repository/places.ts';
import type { Secret } from '../../core/secret.ts';
import { withFolderLocked } from '../../edges/lock.ts';
import { ownInfra } from '../own-infra.ts';
import { loadDefinitions, requireRoot, saveDefinition, takenIds, takeRepository } from './definitions.ts';
import { makeStorage, requireStorage } from './storage.ts';

export type CreateOptions = {
  readonly size: string;
  readonly filesystem: string;
  readonly encrypt?: boolean;
  readonly folder?: boolean;
  readonly key: Secret | undefined;
  readonly print: (line: string) => void;
};

/** `renet repo create`. One that was cut off is begun anew, under its network id. */
export async function createRepository(name: string, options: CreateOptions): Promise<void> {
  requireRoot();
  requireRepositoryName(name);
  await ownInfra();
  const storage = readStorage(options);
  const size = readSize(options.size);
  await requireStorage(storage);
  if (storage.kind === 'image') await requireRoom(size);
  const begun = await begin(name, storage);
  await using _ = await takeRepository(name, options.print, (now) => {
    // Somebody else may have made it meanwhile.
    if (now.state !== 'creating') throw alreadyThere(name);
    return now;
  });
  const one = { ...begun, storage };
  await saveDefinition(one);
  await makeStorage(one, size, options.key);
  await saveDefinition({ ...one, state: 'ready' });
  const kind =
    storage.kind === 'folder'
      ? 'a plain folder'
      : `an image of ${describeSize(size)}, ${storage.filesystem}${storage.encrypted ? ', encrypted' : ''}`;
  options.print(
    `${name} is there: network id ${one.networkId}, addresses ${subnet(one.networkId)}, in ${kind}`,
  );
}

function readStorage({ filesystem, encrypt = false, folder = false }: CreateOptions): Storage {
  if (filesystem !== 'ext4' && filesystem !== 'btrfs')
    throw new Refusal(
      'option-invalid',
      `--filesystem '${filesystem}' is neither ext4 nor btrfs`,
      'Use ext4.',
    );
  if (!folder) return { kind: 'image', filesystem, encrypted: encrypt };
  if (!encrypt) return { kind: 'folder' };
  throw new Refusal(
    'option-invalid',
    '--folder and --encrypt exclude each other: only an image can be encrypted',
    'Leave one of them out.',
  );
}

/** Gives the network id, and writes it down before anything is made under it. */
async function begin(name: string, storage: Storage): Promise<Definition> {
  await mkdir(REPOSITORIES, { recursive: true, mode: 0o711 });
  return withFolderLocked(REPOSITORIES, async () => {
    const there = (await loadDefinitions()).find((one) => one.name === name);
    if (there !== undefined && there.state !== 'creating') throw alreadyThere(name);
    if (there !== undefined) return there;
    const networkId = nextNetworkId(await takenIds());
    const one: Definition = {
      ...{ networkId, name, storage, state: 'creating', wanted: 'down', autostart: true },
    };
    await saveDefinition(one);
    return one;
  });
}

function alreadyThere(name: string): Refusal {
  return new Refusal(
    'repository-exists',
    `there is a repository '${name}' on this server`,
    'Choose another name, or use that one.',
  );
}

/** An image takes room only as it is filled; but it must be possible to fill it. */
async function requireRoom(size: number): Promise<void> {
  const { bavail, bsize } = await statfs(REPOSITORIES);
  if (size <= bavail * bsize) return;
  throw new Refusal(
    'repository-full',
    `an image of ${describeSize(size)} does not fit into what is free in ${REPOSITORIES}: ${describeSize(bavail * bsize)}`,
    'Choose a smaller --size; repo resize makes it larger later. Nothing was made.',
  );
}
