import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browse } from '../../scripts/browse.ts';
import { certificateCommand, renderDefaultCertificate } from '../../src/core/traefik/default-certificate.ts';
import { renderStaticConfig, webEntryPoints } from '../../src/core/traefik/static-config.ts';
import { run } from '../../src/edges/process.ts';
import { RENET, until } from './lab.ts';

const HOLDER = join(import.meta.dirname, 'hold-sockets.pl');
/** Between two requests for the same host, in milliseconds. */
const PAUSE = 5;

/** A service whose sockets are held open for it, and which is started again whenever it ends. */
export type HeldService = { readonly pid: () => number; readonly starts: () => number };

export async function holdService(
  sockets: readonly string[],
  command: readonly string[],
  stack: AsyncDisposableStack,
): Promise<HeldService> {
  const child: ChildProcess = spawn('perl', [HOLDER, ...sockets, '--', ...command], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  let pids: number[] = [];
  let rest = '';
  child.stdout?.on('data', (chunk) => {
    rest += chunk;
    pids = rest.split('\n').filter(Boolean).map(Number);
  });
  stack.defer(async () => {
    child.kill();
    await ended;
  });
  await until('it is started', () => pids.length > 0, ended);
  return { pid: () => pids.at(-1) ?? 0, starts: () => pids.length };
}

/** The route server on 127.0.0.1:7111. */
export function holdRouteServer(args: readonly string[], stack: AsyncDisposableStack): Promise<HeldService> {
  return holdService(['router=127.0.0.1:7111'], [RENET, 'router', 'serve', ...args], stack);
}

/** Traefik on the ports that browsers know, as `renet local` configures it. */
export async function holdTraefik(folder: string, stack: AsyncDisposableStack): Promise<HeldService> {
  const { stdout } = await run(certificateCommand('test'));
  const dynamic = join(folder, 'default.yml');
  writeFileSync(dynamic, renderDefaultCertificate(stdout));
  const config = join(folder, 'traefik.yml');
  writeFileSync(
    config,
    renderStaticConfig({
      entryPoints: webEntryPoints('127.0.0.1', 80, 443),
      api: '127.0.0.1:8099',
      routeServer: '127.0.0.1:7111',
      files: { filename: dynamic },
    }),
  );
  const sockets = ['web=127.0.0.1:80', 'websecure=127.0.0.1:443'];
  return holdService(sockets, ['traefik', `--configFile=${config}`], stack);
}

/** What came of requests that were sent without a pause. */
export type Answers = { readonly requests: number; readonly failures: readonly string[] };

/** Asks all hosts again and again, each for itself, until it is stopped. */
export function askConstantly(hosts: readonly string[], at = '127.0.0.1'): () => Promise<Answers> {
  let stopped = false;
  let requests = 0;
  const failures: string[] = [];
  const askOne = async (host: string): Promise<void> => {
    while (!stopped) {
      const outcome = await browse(`https://${host}/`, { at }).then(
        ({ status }) => status,
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      );
      requests += 1;
      if (outcome !== 200) failures.push(`${host}: ${outcome}`);
      await sleep(PAUSE);
    }
  };
  const asking = Promise.all(hosts.map(askOne));
  return async () => {
    stopped = true;
    await asking;
    return { requests, failures };
  };
}
