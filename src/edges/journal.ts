import { createInterface } from 'node:readline';
import * as z from 'zod/mini';
import { start } from './process.ts';

/** What a unit has printed, and when, in milliseconds since 1970. */
export type JournalLine = { readonly at: number; readonly text: string };

/** How long after its end journalctl is started again, in milliseconds. */
const AGAIN = 5_000;

const entry = z.object({ MESSAGE: z.string(), __REALTIME_TIMESTAMP: z.string() });

/**
 * Follows what a unit's own processes print (journalctl(1)), from a time on and for as long as it is not disposed of.
 *
 * @param since in milliseconds since 1970; lines of that time come again
 */
export function followJournal(unit: string, since: number, onLine: (line: JournalLine) => void): Disposable {
  let last = since;
  let timer: NodeJS.Timeout | undefined;
  const follow = (): Disposable => {
    const from = `--since=@${(last / 1000).toFixed(6)}`;
    const output = ['--follow', '--no-tail', '--output=json', '--output-fields=MESSAGE'] as const;
    const child = start(['journalctl', ...output, from, `_SYSTEMD_UNIT=${unit}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.on('error', () => {});
    child.on('close', () => {
      timer = setTimeout(() => {
        running = follow();
      }, AGAIN).unref();
    });
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (text) => {
        const line = readLine(text);
        if (line === undefined) return;
        last = line.at;
        onLine(line);
      });
    return { [Symbol.dispose]: () => void child.removeAllListeners('close').kill() };
  };
  let running = follow();
  return {
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      running[Symbol.dispose]();
    },
  };
}

/** What is no text, such as bytes of another encoding, is left out. */
function readLine(text: string): JournalLine | undefined {
  try {
    const { MESSAGE, __REALTIME_TIMESTAMP } = z.parse(entry, JSON.parse(text));
    return { at: Number(__REALTIME_TIMESTAMP) / 1000, text: MESSAGE };
  } catch {
    return undefined;
  }
}
