import { waitForFolder } from '../../edges/lock.ts';

/** Held while a plan is made and carried out: two pushes are never mixed. */
const FOLDER = '/run/rediacc-push';

/** Waits for whoever is at work on this server, and says so. */
export function lockServer(print: (line: string) => void): Promise<AsyncDisposable> {
  return waitForFolder(FOLDER, () => print('another push is at work on this server: waiting for its end'));
}
