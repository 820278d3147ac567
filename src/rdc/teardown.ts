import type { Entry } from '../core/entry.ts';
import { Refusal } from '../core/refusal.ts';
import { confirm } from '../edges/confirm.ts';
import { askRenet } from './ask-renet.ts';

/** `rdc context teardown`. Its context stays, so that a push brings everything back. */
export async function teardownServer(name: string, isSure: boolean, entry: Entry): Promise<void> {
  if (!isSure && !(await confirm(`Every page of ${name} goes from the internet`, name)))
    throw new Refusal(
      'not-confirmed',
      `every page of ${name} would go from the internet, and that was not confirmed`,
      'Type the name of the context, or use --yes. Nothing was changed.',
    );
  await askRenet(name, ['proxy', 'teardown'], { entry });
}
