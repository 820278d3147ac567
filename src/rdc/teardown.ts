import type { Entry } from '../core/entry.ts';
import { requireConfirmed } from '../edges/confirm.ts';
import { askRenet } from './ask-renet.ts';

/** `rdc context teardown`. Its context stays, so that a push brings everything back. */
export async function teardownServer(name: string, isSure: boolean, entry: Entry): Promise<void> {
  if (!isSure) await requireConfirmed(`Every page of ${name} goes from the internet`, name);
  await askRenet(name, ['proxy', 'teardown'], { entry });
}
