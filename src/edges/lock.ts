import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';

export type Lock = { readonly release: () => Promise<void> };

/**
 * Takes a folder for this process alone. The lock is the kernel's (flock(2)), on the folder itself: it leaves no file behind
 * and ends with its holder, however that dies. Node has no flock, so util-linux's `flock` holds it until its input ends.
 *
 * @param wait for whoever has it now; otherwise the answer is undefined
 */
export async function lockFolder(folder: string, wait: boolean): Promise<Lock | undefined> {
  const holder = spawn(
    'flock',
    [...(wait ? [] : ['--nonblock']), '--exclusive', folder, 'sh', '-c', 'echo locked; exec cat >/dev/null'],
    { stdio: ['pipe', 'pipe', 'inherit'], detached: true },
  );
  const ended = once(holder, 'close');
  const first = await Promise.race([once(holder.stdout, 'data'), ended]);
  if (first[0] instanceof Buffer) {
    return {
      release: async () => {
        holder.stdin.end();
        await ended;
      },
    };
  }
  if (!wait && first[0] === 1) return undefined;
  throw new Error(`flock ${folder} ended with ${first[0]}`);
}

/** Takes a folder, which is made if need be, and waits for whoever has it. `onWait` is called when somebody has. */
export async function waitForFolder(folder: string, onWait: () => void): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let lock = await lockFolder(folder, false);
  if (lock === undefined) {
    onWait();
    lock = await lockFolder(folder, true);
  }
  return { [Symbol.asyncDispose]: async () => lock?.release() };
}

/** Does something while no other process does it with the same folder. */
export async function withFolderLocked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = await lockFolder(folder, true);
  try {
    return await work();
  } finally {
    await lock?.release();
  }
}
