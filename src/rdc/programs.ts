import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import { Refusal } from '../core/refusal.ts';
import { type Architecture, TRAEFIK_SHA256, TRAEFIK_VERSION } from '../core/traefik/release.ts';
import { digestFile } from '../edges/files.ts';
import { type Environment, findExecutable } from '../edges/process.ts';
import { fetchTraefik } from '../edges/traefik-release.ts';

/** What a server runs, as it lies on this machine. */
export type Program = { readonly name: 'renet' | 'traefik'; readonly path: string; readonly digest: string };

/** The `renet` that belongs to this `rdc`, for a server's processor: it lies beside it, or in a checkout's `dist`. */
export async function findRenet(architecture: Architecture): Promise<Program> {
  const folder = isSea() ? dirname(process.execPath) : join(dirname(process.argv[1] ?? ''), '../dist');
  const names = [`renet-${architecture}`, ...(architecture === process.arch ? ['renet'] : [])];
  const path = names.map((name) => join(folder, name)).find((one) => findExecutable(one) !== undefined);
  if (path === undefined)
    throw new Refusal(
      'renet-missing',
      `there is no renet for the server's processor (${architecture}) in ${folder}`,
      `Build it: npm run build${architecture === process.arch ? '' : ` -- ${architecture}`}.`,
    );
  return { name: 'renet', path, digest: await digestFile(path) };
}

/** The pinned Traefik: this machine's own if it is that, else from the cache, else fetched into it. */
export async function findTraefik(
  architecture: Architecture,
  environment: Environment,
  say: (line: string) => void,
): Promise<Program> {
  const digest = TRAEFIK_SHA256[architecture];
  const cache = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const cached = join(cache, 'rediacc', `traefik-${TRAEFIK_VERSION}-${architecture}`);
  for (const path of [findExecutable('traefik'), cached]) {
    if (path !== undefined && (await digestFile(path).catch(() => undefined)) === digest)
      return { name: 'traefik', path, digest };
  }
  say(`getting Traefik ${TRAEFIK_VERSION} for the server`);
  await fetchTraefik(architecture, cached, say);
  return { name: 'traefik', path: cached, digest };
}
