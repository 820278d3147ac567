import { createInterface } from 'node:readline/promises';

/** Whether somebody at a terminal types a name, knowing what is lost. Without a terminal nobody does. */
export async function confirm(loss: string, name: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${loss}. Type its name to go on: `)) === name;
  } finally {
    terminal.close();
  }
}
