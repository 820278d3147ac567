import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Entry } from '../core/entry.ts';
import { contextOf } from '../core/infra/contexts.ts';
import { readPortOption } from '../core/network/port-options.ts';
import { Refusal } from '../core/refusal.ts';
import { hasCode } from '../edges/files.ts';
import { findExecutable, start } from '../edges/process.ts';
import { connectServer, type Server } from '../edges/ssh.ts';
import { answerOf } from './ask-renet.ts';
import { contextsPath, loadContexts } from './context.ts';

export type OpenOptions = { readonly machine: string; readonly port: string; readonly browser: boolean };

/** `rdc open`: what a browser says to a port here is said to the server's route server, and nothing else is reached by it. */
export async function openStatusPage(
  { machine, port, browser }: OpenOptions,
  { environment, warn, print }: Entry,
): Promise<void> {
  const { destination } = contextOf(await loadContexts(contextsPath(environment)), machine);
  const wanted = port === '0' ? 0 : readPortOption('--port', port);
  await using server = await connectServer({ destination, environment, warn });
  const said = await answerOf(server, machine, ['status-page']);
  const to = new URL(said.trim()).host;
  const listener = createServer((socket) => connect(socket, server, to));
  try {
    listener.listen(wanted, '127.0.0.1');
    await once(listener, 'listening');
  } catch (error) {
    if (!hasCode(error, 'EADDRINUSE')) throw error;
    throw new Refusal(
      'port-taken',
      `another process listens on 127.0.0.1:${wanted}`,
      'Choose another: --port 0 takes any that is free.',
    );
  }
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
  print(`${machine}: ${url}  (Ctrl-C ends it)`);
  const opener =
    browser && process.stdout.isTTY ? findExecutable('xdg-open', environment['PATH']) : undefined;
  if (opener !== undefined)
    start([opener, url], { stdio: 'ignore', detached: true })
      .on('error', () => {})
      .unref();
  await Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)));
  listener.close();
}

function connect(socket: Socket, server: Server, to: string): void {
  const tunnel = server.forward(to);
  for (const stream of [socket, tunnel.stdin, tunnel.stdout]) stream?.on('error', () => socket.destroy());
  tunnel.on('error', () => socket.destroy());
  tunnel.on('close', () => socket.destroy());
  socket.on('close', () => tunnel.kill());
  if (tunnel.stdin !== null) socket.pipe(tunnel.stdin);
  tunnel.stdout?.pipe(socket);
}
