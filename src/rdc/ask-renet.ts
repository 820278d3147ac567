import type { Entry } from '../core/entry.ts';
import { contextOf } from '../core/infra/contexts.ts';
import { PLACES } from '../core/infra/places.ts';
import { Refusal } from '../core/refusal.ts';
import { CommandFailed } from '../edges/process.ts';
import { connectServer, type Server } from '../edges/ssh.ts';
import { contextsPath, loadContexts } from './context.ts';

/** The shell's word for a program that is not there. */
export const NOT_FOUND = 127;

export function infraUnset(name: string): Refusal {
  return new Refusal('infra-unset', `${name} has not been set up`, `Do it: rdc context push-infra ${name}.`);
}

export type AskOptions = {
  readonly entry: Entry;
  /** What runs there has this terminal. */
  readonly terminal?: boolean;
  /** What it reads. */
  readonly input?: string;
};

/** Runs `renet` on a server; its output and exit code are ours. */
export async function askRenet(
  name: string,
  words: readonly string[],
  { entry, terminal = false, input }: AskOptions,
): Promise<void> {
  const { environment, warn, endWith } = entry;
  const { destination } = contextOf(await loadContexts(contextsPath(environment)), name);
  await using server = await connectServer({ destination, environment, warn });
  const code = await server.show([PLACES.renet, ...words], {
    terminal: terminal && process.stdin.isTTY,
    ...(input === undefined ? {} : { input }),
  });
  if (code === NOT_FOUND) throw infraUnset(name);
  endWith(code);
}

/**
 * What `renet` prints on a server, for who goes on with it here.
 *
 * @throws CommandFailed when it prints nothing
 */
export async function answerOf(server: Server, machine: string, words: readonly string[]): Promise<string> {
  const asked = await server.run([PLACES.renet, ...words]);
  if (asked.code === NOT_FOUND) throw infraUnset(machine);
  if (asked.stdout === '') throw new CommandFailed(asked);
  return asked.stdout;
}
