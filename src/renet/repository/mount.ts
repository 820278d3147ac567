import type { Secret } from '../../core/secret.ts';
import { Steps } from '../steps.ts';
import { startDaemon } from './daemon.ts';
import { takeRepository } from './definitions.ts';
import { mountRepository } from './storage.ts';

export type MountOptions = {
  readonly key: Secret | undefined;
  readonly print: (line: string) => void;
};

/** `renet repo mount`: to put data back, or to load images that no registry has. `repo down --unmount` ends it. */
export async function mountAndStart(name: string, { key, print }: MountOptions): Promise<void> {
  await using taken = await takeRepository(name, print);
  const { one } = taken;
  const steps = new Steps(print);
  await steps.take('mounted', () => mountRepository(one, key));
  await steps.take('Docker daemon', () => startDaemon(one));
}
