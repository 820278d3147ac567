import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { inCgroup, probePath } from '../../core/isolation/fence.ts';
import { start } from '../../edges/process.ts';
import type { LocalFence } from './fence.ts';

/** Lets whoever connects see whether a process among the repositories reaches the machine, as systemd does on a server. */
export async function serveProbe(
  fence: LocalFence,
  runDir: string,
  stack: AsyncDisposableStack,
): Promise<void> {
  const cgroup = `${fence.top}/probe`;
  await mkdir(`${fence.cgroups}${cgroup}`, { recursive: true });
  const argv = inCgroup(fence, cgroup, [`${fence.folder}/report`]);
  const environment = { ...process.env, REDIACC_PINS: fence.pins };
  const server = createServer((socket) => answer(socket, argv, environment));
  const path = probePath(runDir);
  // Of one that was killed.
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  stack.defer(() => {
    server.close();
  });
}

function answer(socket: Socket, argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv): void {
  const child = start(argv, { stdio: ['pipe', 'pipe', 'ignore'], env });
  // Whoever asked may have gone.
  for (const stream of [socket, child.stdin]) stream?.on('error', () => {});
  child.on('error', (error) => socket.destroy(error));
  if (child.stdin !== null) socket.pipe(child.stdin);
  child.stdout?.pipe(socket);
}
