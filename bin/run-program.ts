import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import type { Entry } from '../src/core/entry.ts';
import { Failure, Refusal } from '../src/core/refusal.ts';
import { CommandFailed } from '../src/edges/process.ts';

declare const REDIACC_VERSION: string | undefined;

/** Runs a program to its end. Exit codes: 0 done, 1 failure or bug, 2 refusal (an operator's mistake), 3 a dry run found changes. */
export async function runProgram(
  name: string,
  addCommands: (program: Command, entry: Entry) => void,
): Promise<void> {
  const entry: Entry = {
    version: readVersion(),
    environment: process.env,
    print: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
    progress: process.stderr.isTTY ? (text) => process.stderr.write(`\r\x1b[K${text}`) : undefined,
    endWith: (exitCode) => {
      process.exitCode = exitCode;
    },
  };
  // Who reads may be gone, as when a connection is lost: the work goes on to its end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const program = new Command(name)
    .version(entry.version, '-V, --version')
    .option('--verbose', 'show where a failure came from')
    .configureOutput({ outputError: (text, write) => write(`${text.trimEnd()} [option-invalid]\n`) })
    .exitOverride();
  addCommands(program, entry);
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = report(name, error, program.opts()['verbose'] === true);
  }
}

/** A build has the version built in; in a checkout it stands in package.json. */
function readVersion(): string {
  if (typeof REDIACC_VERSION === 'string') return REDIACC_VERSION;
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

function report(name: string, error: unknown, verbose: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CommandFailed) {
    process.stderr.write(error.finished.stderr);
    return error.finished.code;
  }
  const refusal = asRefusal(error);
  if (refusal !== undefined) {
    process.stderr.write(`${name}: ${refusal.message}.\n${refusal.fix} [${refusal.code}]\n`);
    return 2;
  }
  if (error instanceof Failure) {
    const details = error.details === '' ? '' : `${error.details}\n`;
    process.stderr.write(`${name}: ${error.message}. [${error.code}]\n${details}`);
    return 1;
  }
  const text = error instanceof Error ? (verbose ? error.stack : error.message) : String(error);
  process.stderr.write(
    `${name}: ${text} [bug]\n${verbose ? '' : `Run it again with --verbose to see where: ${name} --verbose …\n`}`,
  );
  return 1;
}

function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  const { code, path } = (error ?? {}) as { code?: string; path?: string };
  if (code !== 'EACCES' && code !== 'EPERM') return undefined;
  return new Refusal(
    'not-permitted',
    `you may not read or write ${path ?? 'a file it needs'}`,
    'Run the command with sudo.',
  );
}
