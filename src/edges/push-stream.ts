import { once } from 'node:events';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { start } from './process.ts';

const NEWLINE = 0x0a;

/**
 * What a push sends: a line of JSON, then an archive (tar). The archive is made as it is read.
 *
 * @param paths relative to the folder, and in it alone
 */
export function pushStream(head: string, folder: string, paths: readonly string[]): Readable {
  async function* whole(): AsyncGenerator<Buffer> {
    yield Buffer.from(`${head}\n`);
    const options = ['--create', '--file=-', `--directory=${folder}`, '--no-recursion', '--null'] as const;
    const child = start(['tar', ...options, '--files-from=-'], { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdin, stdout, stderr } = child;
    if (stdin === null || stdout === null || stderr === null) throw new Error('tar has no input');
    let said = '';
    stderr.on('data', (chunk) => (said += chunk));
    const ended = once(child, 'close');
    stdin.on('error', () => {});
    stdin.end(paths.map((path) => `${path}\0`).join(''));
    yield* stdout as AsyncIterable<Buffer>;
    const [code] = await ended;
    if (code !== 0) throw new Error(`tar: ${said.trim()}`);
  }
  return Readable.from(whole(), { objectMode: false });
}

/** The two again, out of what is compressed by gzip. */
export async function readPushStream(
  compressed: Readable,
): Promise<{ head: string; rest: AsyncIterable<Buffer> }> {
  const plain = compressed.pipe(createGunzip());
  compressed.on('error', (error) => plain.destroy(error));
  const chunks = plain[Symbol.asyncIterator]();
  let begun = Buffer.alloc(0);
  while (!begun.includes(NEWLINE)) {
    const { value, done } = await chunks.next();
    if (done) throw new Error('the push ends before it has begun');
    begun = Buffer.concat([begun, value as Buffer]);
  }
  const end = begun.indexOf(NEWLINE);
  async function* rest(): AsyncGenerator<Buffer> {
    yield begun.subarray(end + 1);
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value as Buffer;
  }
  return { head: begun.toString('utf8', 0, end), rest: rest() };
}
