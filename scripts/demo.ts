// npm run demo: two repositories with a Docker daemon each, the route server and Traefik, for real, on this machine.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { socketPath } from '../src/core/repository/record.ts';
import type { RouteList } from '../src/core/routes/route-list.ts';
import { get } from '../src/edges/http.ts';
import { findPortHolder } from '../src/edges/listeners.ts';
import { type Finished, run } from '../src/edges/process.ts';
import { isRootOrRunAgain } from './become-root.ts';
import { browse, form, type Page, type Sent } from './browse.ts';
import { type Bundle, canPull, loadBuiltImages } from './images.ts';

const ROOT = join(import.meta.dirname, '..');
const RENET = join(ROOT, 'bin/renet');
const PAGE_PATIENCE = 30_000;

const REPOSITORIES: readonly { name: Bundle; networkId: number }[] = [
  { name: 'my-app', networkId: 2816 },
  { name: 'hello', networkId: 2880 },
];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Ctrl-C, at whatever step it comes. */
const interruption = Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)));
class Interrupted extends Error {}
const interrupted = interruption.then(() => {
  throw new Interrupted('interrupted');
});
interrupted.catch(() => {});

async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const begin = performance.now();
  const result = await Promise.race([work(), interrupted]);
  say(`${what.padEnd(60)} ${((performance.now() - begin) / 1000).toFixed(1).padStart(6)} s`);
  return result;
}

/** The port that everybody knows, or the next free one above its usual stand-in. */
async function choosePort(wanted: number, standIn: number): Promise<number> {
  const holder = await findPortHolder('127.0.0.1', wanted);
  if (holder === undefined) return wanted;
  let port = standIn;
  while ((await findPortHolder('127.0.0.1', port)) !== undefined) port += 1;
  say(`port ${wanted} is taken by ${holder}; using ${port}`);
  return port;
}

type Places = { runDir: string; stateDir: string; http: number; https: number; router: number; api: number };

/** Starts renet local and waits until it says that it is ready. */
function startLocal({ runDir, stateDir, http, https, router, api }: Places): {
  child: ChildProcess;
  ready: Promise<void>;
} {
  const paths = REPOSITORIES.map(({ name }) => join(ROOT, 'examples', name));
  const ports = [
    `--http-port=${http}`,
    `--https-port=${https}`,
    `--router-port=${router}`,
    `--api-port=${api}`,
  ];
  const child = spawn(
    RENET,
    [`--run-dir=${runDir}`, 'local', `--state-dir=${stateDir}`, ...ports, ...paths],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    },
  );
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('ready')) ready.resolve();
    else say(`  ${line}`);
  });
  void once(child, 'exit').then(() => ready.reject(new Error('renet local has ended')));
  return { child, ready: ready.promise };
}

function tryCompose(name: string, runDir: string, args: readonly string[]): Promise<Finished> {
  return run([RENET, `--run-dir=${runDir}`, 'compose', '--', ...args], { cwd: join(ROOT, 'examples', name) });
}

async function compose(name: string, runDir: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await tryCompose(name, runDir, args);
  if (code !== 0) throw new Error(stderr);
}

/** Asks for a page until it answers as it should: Traefik may still be taking the new routes over. */
async function visit(url: string, expected: number, sent?: Sent): Promise<Page> {
  const end = Date.now() + PAGE_PATIENCE;
  for (;;) {
    const page = await browse(url, sent).catch((error: Error) => ({
      status: 0,
      milliseconds: 0,
      headers: {},
      body: error.message,
    }));
    if (page.status === expected) return page;
    if (Date.now() > end) throw new Error(`${url} answers ${page.status || page.body}, not ${expected}`);
    await sleep(50);
  }
}

async function showPages({ http, https }: Places): Promise<void> {
  const secure = (host: string): string => `https://${host}${https === 443 ? '' : `:${https}`}/`;
  const plain = `http://hello-2880.localhost${http === 80 ? '' : `:${http}`}/`;
  const app = secure('my-app.localhost');
  const note = `written by the demo at ${new Date().toISOString()}`;
  const rows: (readonly [string, Page, string])[] = [
    [app, await visit(app, 200), ''],
    [app, await visit(app, 303, form(`note=${encodeURIComponent(note)}`)), 'a note written to PostgreSQL'],
    [app, await visit(app, 200), 'and read back'],
    [
      secure('hello-2880.localhost'),
      await visit(secure('hello-2880.localhost'), 200),
      'a container without labels',
    ],
    [plain, await visit(plain, 301), 'sent on to HTTPS'],
  ];
  if (!rows[2]?.[1].body.includes(note)) throw new Error('the note that was written is not on the page');
  const hsts = rows[0]?.[1].headers['strict-transport-security'];
  if (hsts === undefined) throw new Error(`${app} has no HSTS header`);
  say('');
  for (const [url, { status, milliseconds }, remark] of rows) {
    say(
      `  ${url.padEnd(36)} ${status} ${milliseconds.toFixed(0).padStart(5)} ms  ${remark || `Strict-Transport-Security: ${hsts}`}`,
    );
  }
}

/** A container of one repository asks for the page of the other, past the proxy. */
async function showIsolation({ runDir, router }: Places): Promise<void> {
  const { body } = await get({ host: '127.0.0.1', port: router }, '/routes.json', 5_000);
  const { http } = JSON.parse(body) as RouteList;
  const [page = ''] = http.find(({ networkId }) => networkId === REPOSITORIES[0]?.networkId)?.backends ?? [];
  const ask = ['exec', '-T', 'hello', 'wget', '-T', '2', '-q', '-O', '-', page];
  const { code, stderr } = await tryCompose('hello', runDir, ask);
  if (code === 0) throw new Error(`a container of hello reaches ${page}, which is my-app's`);
  say(`\n  hello asks for ${page}, which is my-app's: ${stderr.trim().split(': ').at(-1)}`);
}

async function showHealth({ router }: Places): Promise<void> {
  const { body } = await get({ host: '127.0.0.1', port: router }, '/health', 5_000);
  const { status, routers, problems, daemons, revision } = JSON.parse(body);
  say(
    `\n  health: ${status}, ${daemons.length} daemons, ${routers} routers, ${problems} problems, revision ${revision}\n`,
  );
}

function showNext({ runDir, router }: Places): void {
  say(`To try next, in another terminal (Ctrl-C here stops everything, and leaves nothing behind):
  curl -k https://my-app.localhost/                 # or in a browser; the certificate is Traefik's own
  curl http://127.0.0.1:${router}/routes.json          # what is routed, and what is not, and why
  cd examples/hello && sudo ../../bin/renet --run-dir=${runDir} compose -- stop    # the page goes
  cd examples/hello && sudo ../../bin/renet --run-dir=${runDir} compose -- up -d   # and comes back`);
}

async function demo(isOnce: boolean): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'rediacc-demo-'));
  chmodSync(work, 0o755);
  let local: ChildProcess | undefined;
  try {
    const places: Places = {
      runDir: join(work, 'run'),
      stateDir: join(work, 'state'),
      http: await choosePort(80, 8080),
      https: await choosePort(443, 8443),
      router: await choosePort(7111, 17111),
      api: await choosePort(7112, 17112),
    };
    await step('Docker daemons, route server and Traefik', async () => {
      const { child, ready } = startLocal(places);
      local = child;
      await ready;
    });
    await step('images', () => provideImages(places.runDir));
    for (const { name } of REPOSITORIES) {
      await step(`${name}: renet compose -- up -d --wait`, () =>
        compose(name, places.runDir, ['up', '-d', '--wait']),
      );
    }
    await showPages(places);
    await showIsolation(places);
    await showHealth(places);
    if (isOnce) return;
    showNext(places);
    await interruption;
  } finally {
    if (local !== undefined) await stop(local);
    rmSync(work, { recursive: true, force: true });
  }
}

async function provideImages(runDir: string): Promise<void> {
  const sockets = REPOSITORIES.map(({ networkId }) => socketPath(runDir, networkId));
  if (await canPull(sockets[1] ?? '')) return;
  for (const { networkId, name } of REPOSITORIES) {
    await loadBuiltImages(socketPath(runDir, networkId), name, (text) => say(`  ${text}`));
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGINT');
  await once(child, 'exit');
}

async function main(): Promise<void> {
  if (!isRootOrRunAgain()) return;
  await demo(process.argv.includes('--once')).catch((error: Error) => {
    if (error instanceof Interrupted) return;
    process.stderr.write(`demo: ${error.message}\n`);
    process.exitCode = 1;
  });
}

await main();
