import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { createInterface } from 'node:readline';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import {
  CONNECTION_LOST,
  explainSsh,
  type SshTarget,
  sshCommand,
  sshExitCommand,
  sshForwardCommand,
} from '../core/infra/ssh.ts';
import { Failure, Refusal } from '../core/refusal.ts';
import { hasCode } from './files.ts';
import { type Environment, type Finished, findExecutable, run, start } from './process.ts';

type Argv = readonly [string, ...string[]];

/** A server over OpenSSH. Commands run as root, all over one connection. */
export type Server = AsyncDisposable & {
  /** Runs a command to its end, and collects what it prints. */
  readonly run: (remote: Argv, input?: string) => Promise<Finished>;
  /** Runs one whose output is the user's to see. The exit code. */
  readonly show: (remote: Argv, options?: { input?: string; terminal?: boolean }) => Promise<number>;
  /**
   * Runs one that reads a stream, compressed by gzip.
   *
   * @param onProgress with the bytes of the stream that are on their way
   * @throws whatever the stream fails with
   */
  /** Connects to a port of the server's own, as `127.0.0.1:7111`: what comes is its standard output. */
  readonly forward: (to: string) => ChildProcess;
  readonly feed: (remote: Argv, source: Readable, onProgress: (bytes: number) => void) => Promise<Finished>;
};

/** ssh's own failures, as opposed to those of what it ran. */
const SSH_FAILED = 255;
/** sun_path has 108 bytes; ssh appends 17 letters while it makes the socket, and its name has 40. */
const LONGEST_FOLDER = 108 - 1 - 17 - 1 - 40;

export type ConnectOptions = {
  readonly destination: string;
  readonly environment: Environment;
  /** Takes what commands that are shown say on standard error. */
  readonly warn: (line: string) => void;
};

/** Connects with the first command, not before. */
export async function connectServer({ destination, environment, warn }: ConnectOptions): Promise<Server> {
  if (findExecutable('ssh', environment['PATH']) === undefined)
    throw new Refusal(
      'ssh-failed',
      'there is no ssh on this machine',
      'Install OpenSSH: apt-get install openssh-client.',
    );
  const target = { destination, controlFolder: await makeControlFolder(environment) };
  let wasConnected = false;
  const check = (finished: Finished): Finished => {
    if (finished.code === SSH_FAILED) throw sshFailed(target, finished.stderr, wasConnected);
    wasConnected = true;
    return finished;
  };
  return {
    run: async (remote, input = '') => check(await run(sshCommand(target, remote), { input })),
    show: async (remote, { input, terminal = false } = {}) => {
      const argv = sshCommand(target, remote, terminal);
      const child = start(argv, { stdio: [input === undefined ? 'inherit' : 'pipe', 'inherit', 'pipe'] });
      let stderr = '';
      if (child.stderr !== null)
        createInterface(child.stderr).on('line', (line) => {
          stderr += `${line}\n`;
          warn(line);
        });
      child.stdin?.on('error', () => {});
      child.stdin?.end(input);
      const [code] = await once(child, 'close');
      return check({ code: code ?? SSH_FAILED, stdout: '', stderr }).code;
    },
    forward: (to) => start(sshForwardCommand(target, to), { stdio: ['pipe', 'pipe', 'ignore'] }),
    feed: async (remote, source, onProgress) =>
      check(await feed(sshCommand(target, remote), source, onProgress)),
    [Symbol.asyncDispose]: async () => {
      await run(sshExitCommand(target));
    },
  };
}

/** @param wasConnected a command has ended well: what fails after it is the connection, of which ssh may say nothing */
function sshFailed({ destination }: SshTarget, stderr: string, wasConnected: boolean): Error {
  const { reason, fix } = explainSsh(stderr, destination, wasConnected);
  const message = `${destination}: ${reason}`;
  const said = stderr.trim();
  const all = said === '' ? fix : `${fix}\nssh said: ${said}`;
  return reason === CONNECTION_LOST
    ? new Failure('connection-lost', message, all)
    : new Refusal('ssh-failed', message, all);
}

/** For the user alone: who can write to the control socket is root on the server. */
async function makeControlFolder(environment: Environment): Promise<string> {
  const { uid } = userInfo();
  const runDir = environment['XDG_RUNTIME_DIR'];
  // In a folder that is the user's own, or sticky: otherwise another could put his in its place.
  const candidates = [
    ...(runDir ? [`${runDir}/rediacc-ssh`] : []),
    ...[tmpdir(), '/tmp'].map((parent) => `${parent}/rediacc-ssh-${uid}`),
  ];
  const folder = candidates.find((one) => one.length <= LONGEST_FOLDER) ?? '';
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid: owner, mode } = await stat(folder);
  if (owner === uid && (mode & 0o077) === 0) return folder;
  throw new Refusal(
    'not-permitted',
    `${folder}, where the connection's socket is to be, is not yours alone`,
    'Remove it.',
  );
}

async function feed(argv: Argv, source: Readable, onProgress: (bytes: number) => void): Promise<Finished> {
  const child = start(argv, { stdio: ['pipe', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => (stdout += chunk));
  child.stderr?.on('data', (chunk) => (stderr += chunk));
  const closed = once(child, 'close');
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      onProgress(bytes);
      done(null, chunk);
    },
  });
  if (child.stdin === null) throw new Error('ssh has no input');
  let failure: unknown;
  source.once('error', (error) => {
    failure = error;
  });
  // When the other end goes away its exit code says so, not the pipe.
  await pipeline(source, counter, createGzip({ level: 6 }), child.stdin).catch(() => {});
  const [code] = await closed;
  // A stream that the pipe's end has cut off is not one that has failed.
  if (failure !== undefined && !hasCode(failure, 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE')) throw failure;
  return { code: code ?? SSH_FAILED, stdout, stderr };
}
