import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as netConnect, type Socket } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { type Certificate, certificateOf, servername } from './tls.ts';

/** Where to connect to, and what to say that is wanted. */
export type Target = {
  readonly host: string;
  readonly port: number;
  /** The name that is asked for, which need not be known to any resolver. */
  readonly name?: string | undefined;
  readonly tls: boolean;
};

export type Page = { readonly status: number; readonly certificate?: Certificate };

/**
 * One GET request, of which only the head is read.
 *
 * @param timeout in milliseconds
 * @throws Error when nothing answers in time
 */
export async function askPage(target: Target, path: string, timeout: number): Promise<Page> {
  const { host, port, name = host, tls } = target;
  const options = {
    ...{ host, port, path, agent: false, headers: { host: name, 'user-agent': 'renet' } },
    signal: AbortSignal.timeout(timeout),
    ...(tls ? { ...servername(name), rejectUnauthorized: false } : {}),
  };
  const sent = (tls ? httpsRequest : httpRequest)(options);
  // Also once the head is there and the rest is thrown away.
  sent.on('error', () => {});
  sent.end();
  const [response] = await once(sent, 'response');
  const { socket, statusCode = 0 } = response;
  const certificate = tls ? { certificate: certificateOf(socket as TLSSocket, name) } : {};
  response.destroy();
  return { status: statusCode, ...certificate };
}

/**
 * Connects, and waits whether the other side closes the connection again, as Traefik does when no backend takes it. What it
 * sends means that it is there.
 *
 * @param patience in milliseconds
 * @throws Error when the connection is refused or closed
 */
export async function connectTo(target: Target, timeout: number, patience: number): Promise<void> {
  const { host, port, name, tls } = target;
  const socket: Socket = tls
    ? tlsConnect({ host, port, rejectUnauthorized: false, ...(name === undefined ? {} : servername(name)) })
    : netConnect({ host, port });
  socket.on('error', () => {});
  try {
    await once(socket, tls ? 'secureConnect' : 'connect', { signal: AbortSignal.timeout(timeout) });
    const enough = new AbortController();
    const waiting = AbortSignal.any([AbortSignal.timeout(patience), enough.signal]);
    const first = once(socket, 'data', { signal: waiting }).then(() => 'data');
    const end = once(socket, 'close', { signal: waiting }).then(() => 'close');
    const what = await Promise.race([first, end]).catch(() => 'silence');
    // The timer of a signal keeps no process alive: once the socket is closed nothing else would.
    enough.abort();
    await Promise.allSettled([first, end]);
    if (what === 'close') throw new Error('the connection is closed at once');
  } finally {
    socket.destroy();
  }
}
