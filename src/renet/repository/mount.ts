import { requireReady } from '../../core/repository/definition.ts';
import type { Secret } from '../../core/secret.ts';
import { startDaemon } from './daemon.ts';
import { loadDefinition, lockRepository, requireRoot } from './definitions.ts';
import { Steps } from './steps.ts';
import { mountRepository } from './storage.ts';

export type MountOptions = {
  readonly key: Secret | undefined;
  readonly print: (line: string) => void;
};

/** `renet repo mount`: to put data back, or to load images that no registry has. `repo down --unmount` ends it. */
export async function mountAndStart(name: string, { key, print }: MountOptions): Promise<void> {
  requireRoot();
  await using _ = await lockRepository(await loadDefinition(name), print);
  const one = requireReady(await loadDefinition(name));
  const steps = new Steps(print);
  await steps.take('mounted', () => mountRepository(one, key));
  await steps.take('Docker daemon', () => startDaemon(one));
}
