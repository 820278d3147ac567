import { mkdir } from 'node:fs/promises';
import { lockFolder } from '../../edges/lock.ts';

/** Held while a plan is made and carried out: two pushes are never mixed. */
const FOLDER = '/run/rediacc-push';

/** Waits for whoever is at work on this server, and says so. */
export async function lockServer(print: (line: string) => void): Promise<AsyncDisposable> {
  await mkdir(FOLDER, { recursive: true, mode: 0o700 });
  let lock = await lockFolder(FOLDER, false);
  if (lock === undefined) {
    print('another push is at work on this server: waiting for its end');
    lock = await lockFolder(FOLDER, true);
  }
  return { [Symbol.asyncDispose]: async () => lock?.release() };
}
