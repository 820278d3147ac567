import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Isolation, readReport } from '../core/isolation/report.ts';

/** How long the one behind the socket may take, in milliseconds. */
const TIMEOUT = 5_000;

/**
 * Lets somebody among the repositories try to reach a port of the machine, on which this listens meanwhile.
 *
 * @param path of the socket behind which it waits
 */
export async function probeIsolation(path: string): Promise<Isolation> {
  try {
    return await probe(path);
  } catch (error) {
    const reason = `the probe behind ${path} does not answer: ${(error as Error).message}`;
    return { state: 'unknown', reason };
  }
}

async function probe(path: string): Promise<Isolation> {
  const listener = createServer((reached) => reached.destroy()).listen(0, '127.0.0.1');
  const socket = connect(path);
  socket.setTimeout(TIMEOUT, () => socket.destroy(new Error(`no answer within ${TIMEOUT / 1000} s`)));
  try {
    await Promise.all([once(listener, 'listening'), once(socket, 'connect')]);
    socket.write(`${(listener.address() as AddressInfo).port}\n`);
    return readReport(await text(socket));
  } finally {
    socket.destroy();
    listener.close();
  }
}
