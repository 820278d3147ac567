import { once } from 'node:events';
import { get } from '../../src/edges/http.ts';
import { until } from './lab.ts';

const INSPECTOR = { host: '127.0.0.1', port: 9229 } as const;

/**
 * Makes a Node process collect its garbage, by its inspector, which SIGUSR1 opens (nodejs.org/api/process.html#signal-events).
 *
 * @returns bytes that are used on its heap then
 */
export async function collectGarbage(pid: number): Promise<number> {
  process.kill(pid, 'SIGUSR1');
  let targets = '';
  await until('the inspector listens', async () => {
    targets = await get(INSPECTOR, '/json/list', 1_000).then(
      ({ body }) => body,
      () => '',
    );
    return targets !== '';
  });
  const [{ webSocketDebuggerUrl }] = JSON.parse(targets) as [{ webSocketDebuggerUrl: string }];
  const socket = new WebSocket(webSocketDebuggerUrl);
  await once(socket, 'open');
  const ask = async (id: number, method: string): Promise<Answer> => {
    const answer = once(socket, 'message') as Promise<[{ readonly data: string }]>;
    socket.send(JSON.stringify({ id, method }));
    return JSON.parse((await answer)[0].data) as Answer;
  };
  // The second collects what finalizers of the first have let go.
  for (const id of [1, 2]) await ask(id, 'HeapProfiler.collectGarbage');
  const { result } = await ask(3, 'Runtime.getHeapUsage');
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  return result.usedSize ?? Number.NaN;
}

type Answer = { readonly result: { readonly usedSize?: number } };
