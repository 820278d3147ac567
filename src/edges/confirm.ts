import { createInterface } from 'node:readline/promises';
import { Refusal } from '../core/refusal.ts';

/**
 * Goes on only when somebody at a terminal types a name, knowing what is lost. Without a terminal nobody does.
 *
 * @param loss a sentence without its full stop
 */
export async function requireConfirmed(loss: string, name: string): Promise<void> {
  if (await confirm(loss, name)) return;
  throw new Refusal(
    'not-confirmed',
    `${loss.charAt(0).toLowerCase()}${loss.slice(1)}, and that was not confirmed`,
    'Type the name, or use --yes. Nothing was changed.',
  );
}

async function confirm(loss: string, name: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${loss}. Type its name to go on: `)) === name;
  } finally {
    terminal.close();
  }
}
