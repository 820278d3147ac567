import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { accessSync, constants as fsConstants } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { Failure } from '../core/refusal.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Finished = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A command of others that failed: its own words are shown, and its exit code is ours. */
export class CommandFailed extends Error {
  readonly finished: Finished;
  constructor(finished: Finished) {
    super(finished.stderr);
    this.name = 'CommandFailed';
    this.finished = finished;
  }
}

/** Runs a command to its end and collects what it prints. Never through a shell. */
export function run(
  argv: readonly [string, ...string[]],
  options: { environment?: Environment; cwd?: string; input?: string } = {},
): Promise<Finished> {
  const [file, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: 'pipe',
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.environment === undefined ? {} : { env: options.environment }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    // A command that ends without reading its input is no fault of ours.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({
        code: code ?? exitCodeOf(signal),
        stdout: String(Buffer.concat(out)),
        stderr: String(Buffer.concat(err)),
      });
    });
  });
}

/** As a shell reports it: 128 and the signal's number. */
function exitCodeOf(signal: NodeJS.Signals | null): number {
  return signal === null ? 1 : 128 + constants.signals[signal];
}

/**
 * Runs a command that must succeed.
 *
 * @returns what it prints on standard output
 * @throws Failure with what it said on standard error
 */
export async function runToEnd(...argv: [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await run(argv);
  if (code !== 0) throw new Failure('command-failed', `${argv.join(' ')} failed`, stderr.trim());
  return stdout;
}

/** Starts a command that goes on by itself. */
export function start(argv: readonly [string, ...string[]], options: SpawnOptions): ChildProcess {
  const [file, ...args] = argv;
  return spawn(file, args, options);
}

/**
 * Becomes another program: terminal, signals, exit code and file descriptors are then its own affair (execve(2)).
 * Does not return.
 *
 * @param path of the executable; argv[0] is its name
 */
export function become(path: string, args: readonly string[], environment: Environment): never {
  const defined = Object.entries(environment).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  if (process.execve === undefined) throw new Error('this Node has no process.execve');
  process.execve(path, [path, ...args], Object.fromEntries(defined));
  throw new Error(`${path} could not be executed`);
}

/** The executable that a name stands for, as a shell would find it. */
export function findExecutable(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  const candidates = isAbsolute(name) ? [name] : path.split(delimiter).map((folder) => join(folder, name));
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, fsConstants.X_OK);
    return true;
  } catch {
    return false;
  }
}
