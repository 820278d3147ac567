import { stat, statfs } from 'node:fs/promises';
import type { Definition } from '../../core/repository/definition.ts';
import { describeSize } from '../../core/repository/image.ts';
import { repositoryPlaces } from '../../core/repository/places.ts';

/** Bytes of an image, and those in use of them. */
export type Room = { readonly size: number; readonly used: number; readonly free: number };

/** Of a repository that is mounted; undefined for a plain folder, which shares the machine's. */
export async function roomOf(one: Definition): Promise<Room | undefined> {
  if (one.storage.kind === 'folder') return undefined;
  const { folder, image } = repositoryPlaces(one);
  const { blocks, bfree, bavail, bsize } = await statfs(folder);
  return { size: (await stat(image)).size, used: (blocks - bfree) * bsize, free: bavail * bsize };
}

/** Less than this share is as good as nothing. */
const LEAST = 0.02;

/** What to say of an image that is full, since programs say it in many ways. */
export function describeFullness({ name }: Definition, room: Room | undefined): string[] {
  if (room === undefined || room.free > room.size * LEAST) return [];
  const { used, size } = room;
  return [
    `its image is full (${describeSize(used)} of ${describeSize(size)}); make it larger: repo resize ${name} SIZE`,
  ];
}
