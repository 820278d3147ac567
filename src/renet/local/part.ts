import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../core/refusal.ts';
import { type Environment, start } from '../../edges/process.ts';

/** A process that runs for as long as `renet local` does. */
export type Part = {
  readonly name: string;
  /** Where what it prints goes. */
  readonly log: string;
  readonly child: ChildProcess;
  /** Settles when it ends, with how. */
  readonly ended: Promise<string>;
};

/** What a part is started into. */
export type Running = {
  /** Gets what must be undone at the end, also when a later step fails. */
  readonly stack: AsyncDisposableStack;
  /** Aborts when everything is to stop. */
  readonly stop: AbortSignal;
};

/** Puts stacks on a stack, to be disposed of at the same time. */
export function disposeTogether(stack: AsyncDisposableStack, stacks: readonly AsyncDisposableStack[]): void {
  stack.defer(async () => {
    await Promise.all(stacks.map((one) => one.disposeAsync()));
  });
}

export type PartOptions = {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly log: string;
  /** This process's own, when none is given. */
  readonly environment?: Environment;
};

const SHOWN_LINES = 15;
const CHECK_INTERVAL = 20;

/** Starts a process in a session of its own: Ctrl-C reaches `renet local` alone, which then stops things in order. */
export async function startPart({ name, argv, log, environment }: PartOptions): Promise<Part> {
  await mkdir(dirname(log), { recursive: true });
  const file = await open(log, 'w');
  try {
    const child = start(argv, {
      stdio: ['ignore', file.fd, file.fd],
      detached: true,
      env: environment ?? process.env,
    });
    const ended = once(child, 'exit').then(
      ([code, signal]) => (signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
      (error: Error) => `could not be started: ${error.message}`,
    );
    return { name, log, child, ended };
  } finally {
    await file.close();
  }
}

/**
 * Waits until a part does its work.
 *
 * @throws the failure of the part if it ends instead, or the reason to stop
 */
export async function waitUntilReady(
  part: Part,
  isReady: () => Promise<boolean>,
  stop: AbortSignal,
): Promise<void> {
  let how: string | undefined;
  void part.ended.then((text) => {
    how = text;
  });
  while (!(await isReady().catch(() => false))) {
    if (how !== undefined) throw await died(part, how);
    stop.throwIfAborted();
    await sleep(CHECK_INTERVAL);
  }
}

/** What ended although nobody asked it to, with the last that it printed. */
export async function died({ name, log }: Part, how: string): Promise<Failure> {
  const text = await readFile(log, 'utf8').catch(() => '');
  const lines = text.trimEnd().split('\n').slice(-SHOWN_LINES);
  return new Failure(
    'part-ended',
    `${name} ${how}`,
    `Its last lines (${log}):\n${lines.map((line) => `  ${line}`).join('\n')}`,
  );
}

/** Asks a part to end, and makes it after the time it is given, in milliseconds. */
export async function stopPart({ child, ended }: Part, patience: number): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  await ended;
  clearTimeout(timer);
}
