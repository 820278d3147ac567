import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateCommand, renderDefaultCertificate } from '../../src/core/traefik/default-certificate.ts';
import { get } from '../../src/edges/http.ts';
import { until } from '../live/lab.ts';

/** What `/api/rawdata` shows: by kind (`routers`, `tcpServices`), then by name with its provider. */
export type RawData = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** A real Traefik. */
export type RealTraefik = AsyncDisposable & {
  readonly rawData: () => Promise<RawData>;
  /** All that it has logged, a JSON object a line. */
  readonly log: () => string;
};

export const ENTRY_POINTS: readonly (readonly [name: string, protocol: 'tcp' | 'udp'])[] = [
  ['web', 'tcp'],
  ['websecure', 'tcp'],
  ...[22, 25, 143, 465, 587, 993, 1883, 5432, 6379, 8883].map((port) => [`tcp-${port}`, 'tcp'] as const),
  ...[53, 1194, 5353].map((port) => [`udp-${port}`, 'udp'] as const),
];

/**
 * @param providers in its static configuration: options by name, and what counts for all
 * @param folder for its files, of its own
 * @param apiPort of its API; its entrypoints take the ports after it
 */
export async function startTraefik(
  providers: Readonly<Record<string, unknown>>,
  folder: string,
  apiPort: number,
): Promise<RealTraefik> {
  const entryPoints = Object.fromEntries(
    ENTRY_POINTS.map(([name, protocol], index) => [
      name,
      { address: `127.0.0.1:${apiPort + 1 + index}/${protocol}` },
    ]),
  );
  const configFile = join(folder, 'traefik.json');
  const logFile = join(folder, 'traefik.log');
  const settings = {
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    log: { level: 'ERROR', format: 'json', filePath: logFile },
    api: { insecure: true },
    entryPoints: { traefik: { address: `127.0.0.1:${apiPort}` }, ...entryPoints },
    providers: {
      providersThrottleDuration: '1ms',
      file: { filename: defaultCertificate(folder) },
      ...providers,
    },
  };
  writeFileSync(configFile, JSON.stringify(settings));
  writeFileSync(logFile, '');
  const child = spawn('traefik', [`--configFile=${configFile}`], { cwd: folder, stdio: 'inherit' });
  const ended = once(child, 'exit');
  const api = async (): Promise<RawData> =>
    JSON.parse((await get({ host: '127.0.0.1', port: apiPort }, '/api/rawdata', 5_000)).body) as RawData;
  await until('Traefik answers', async () => (await api().catch(() => undefined)) !== undefined, ended);
  return {
    rawData: api,
    log: () => readFileSync(logFile, 'utf8'),
    [Symbol.asyncDispose]: () => end(child, ended),
  };
}

/** Traefik would otherwise make itself an RSA key at each change, which takes more time than all else. */
function defaultCertificate(folder: string): string {
  const [openssl, ...args] = certificateCommand('localhost');
  const file = join(folder, 'default-certificate.yml');
  writeFileSync(
    file,
    renderDefaultCertificate(execFileSync(openssl, args, { encoding: 'utf8', stdio: 'pipe' })),
  );
  return file;
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}
