import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { browse, type Page, type Sent } from '../../scripts/browse.ts';

const TIMEOUT = 5_000;
/** Until a router is there, Traefik takes a connection and waits for an HTTP request. */
const STREAM_TIMEOUT = 1_000;

/** A page of this machine's Traefik, over HTTPS. */
export function ask(
  host: string,
  { path = '/', ...sent }: Sent & { readonly path?: string } = {},
): Promise<Page> {
  return browse(`https://${host}${path}`, sent);
}

/** What comes first; fails when the connection ends before. */
async function firstData(socket: Socket): Promise<string> {
  const ended = Promise.withResolvers<never>();
  socket.setTimeout(STREAM_TIMEOUT, () => socket.destroy(new Error('no answer')));
  socket.once('close', () => ended.reject(new Error('the connection has ended')));
  try {
    const [data] = await Promise.race([once(socket, 'data'), ended.promise]);
    return String(data);
  } finally {
    socket.destroy();
  }
}

/** Sends a word over TCP, and returns what comes back. */
export function overTcp(port: number, word: string): Promise<string> {
  const socket = connectTcp({ host: '127.0.0.1', port });
  socket.write(word);
  return firstData(socket);
}

/** The first words of a server over TLS, and the name in its certificate. */
export async function overTls(port: number, servername: string): Promise<{ words: string; subject: string }> {
  const socket = connectTls({ host: '127.0.0.1', port, servername, rejectUnauthorized: false });
  let subject = '';
  socket.once('secureConnect', () => {
    subject = String(socket.getPeerCertificate().subject.CN);
  });
  return { words: await firstData(socket), subject };
}

/** The fingerprint of the certificate that Traefik shows for a host. */
export async function certificateOf(servername: string): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port: 443, servername, rejectUnauthorized: false });
  socket.setTimeout(TIMEOUT, () => socket.destroy(new Error('no answer')));
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

/** Sends a word over UDP, again and again, as nobody tells when one is lost; returns what comes back. */
export async function overUdp(port: number, word: string): Promise<string> {
  const socket = createSocket('udp4');
  const send = (): void => socket.send(word, port, '127.0.0.1');
  const again = setInterval(send, 100);
  try {
    send();
    const [data] = await once(socket, 'message', { signal: AbortSignal.timeout(TIMEOUT) });
    return String(data);
  } finally {
    clearInterval(again);
    socket.close();
  }
}
