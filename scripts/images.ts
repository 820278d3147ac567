// The images that the examples name: pulled where a registry can be reached, else built here from Debian packages under the
// same names and kept in the cache folder.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { daemonPlaces } from '../src/core/repository/daemon.ts';
import { type Finished, run } from '../src/edges/process.ts';
import { startDaemon } from '../src/renet/local/daemon.ts';

const HERE = import.meta.dirname;
const EXAMPLES = join(HERE, '../examples');
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'rediacc', 'images');
const BASE = 'debian:trixie-slim';
const BUSYBOX_COMMANDS = [
  'cat',
  'echo',
  'env',
  'httpd',
  'id',
  'ls',
  'nc',
  'nslookup',
  'sh',
  'sleep',
  'tail',
  'true',
  'wget',
];

/** As in Debian's own images: what was downloaded does not stay. */
const APT_WITHOUT_CACHE = `DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
`;
const DPKG_WITHOUT_DOCUMENTATION = `path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
`;

/** The examples' images, an archive for each example: images in one archive share their base. */
const BUNDLES = {
  hello: ['busybox'],
  'my-app': ['postgres:17', 'my-app-web'],
  mail: ['mail-imap', 'mail-smtp'],
  chat: ['chat'],
  'as-published': ['nginx:1.26', 'node:20', 'redis:8'],
} as const;

/** Of the examples, what images are built from. */
const BUILT = ['my-app/web', 'mail/imap', 'mail/smtp', 'chat/app'];

export type Bundle = keyof typeof BUNDLES;
type Say = (text: string) => void;

/** Docker's client for one daemon. */
function docker(socket: string, args: readonly string[]): Promise<Finished> {
  return run(['docker', ...args], { environment: { ...process.env, DOCKER_HOST: `unix://${socket}` } });
}

async function require0(what: Promise<Finished>): Promise<string> {
  const { code, stdout, stderr } = await what;
  if (code !== 0) throw new Error(stderr || stdout);
  return stdout;
}

/** Whether Docker's registry answers; then Compose pulls and builds by itself what is missing. */
export async function canPull(socket: string): Promise<boolean> {
  return (await docker(socket, ['pull', '--quiet', 'busybox'])).code === 0;
}

/** Gives a daemon the images of an example, built here, unless it has them. */
export async function loadBuiltImages(socket: string, bundle: Bundle, say: Say): Promise<void> {
  const present = await docker(socket, ['image', 'inspect', ...BUNDLES[bundle]]);
  if (present.code === 0) return;
  const archive = archiveOf(bundle);
  if (!existsSync(archive)) await buildImages(say);
  await require0(docker(socket, ['load', '--input', archive]));
}

/** Builds the images of all examples unless they are there: for tests, which must not depend on a registry. */
export async function prepareImages(say: Say): Promise<void> {
  if (!Object.keys(BUNDLES).every((bundle) => existsSync(archiveOf(bundle as Bundle))))
    await buildImages(say);
}

/** Named after what it is made of, so that a changed recipe makes a new one. */
export function archiveOf(bundle: Bundle): string {
  return join(CACHE, `${bundle}-${digest()}.tar`);
}

function digest(): string {
  const folders = [join(HERE, 'images'), ...BUILT.map((name) => join(EXAMPLES, name))];
  const sources = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => join(folder, name)),
  );
  const hash = createHash('sha256').update(
    BUSYBOX_COMMANDS.join() + APT_WITHOUT_CACHE + DPKG_WITHOUT_DOCUMENTATION,
  );
  for (const file of sources)
    if (statSync(file).isFile()) hash.update(file.slice(HERE.length)).update(readFileSync(file));
  return hash.digest('hex').slice(0, 8);
}

/** All images at once, in a Docker daemon that lives for the purpose. */
async function buildImages(say: Say): Promise<void> {
  execFileSync('sh', [join(HERE, 'packages'), 'busybox-static', 'debootstrap', 'debian-archive-keyring'], {
    stdio: 'inherit',
  });
  rmSync(CACHE, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'rediacc-images-'));
  try {
    await using stack = new AsyncDisposableStack();
    const places = daemonPlaces({ runDir: `${work}/run`, stateDir: `${work}/state` }, 2816);
    await startDaemon('the image builder', places, { stack, stop: new AbortController().signal });
    await importTree(places.socket, { name: 'busybox', tree: busyboxTree(work) });
    say(
      'no image registry can be reached: building the images from Debian packages (once, about two minutes)',
    );
    await importTree(places.socket, { name: BASE, tree: debianTree(work) });
    await require0(
      docker(places.socket, ['compose', '-f', `${HERE}/images/docker-compose.yml`, 'build', '--quiet']),
    );
    for (const [bundle, images] of Object.entries(BUNDLES)) {
      const archive = archiveOf(bundle as Bundle);
      await require0(docker(places.socket, ['save', '--output', `${archive}.part`, ...images]));
      renameSync(`${archive}.part`, archive);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function importTree(socket: string, { name, tree }: { name: string; tree: string }): Promise<void> {
  const archive = `${tree}.tar`;
  execFileSync('tar', ['-C', tree, '-cf', archive, '.']);
  await require0(docker(socket, ['import', '--change', 'CMD ["sh"]', archive, name]));
  rmSync(tree, { recursive: true });
  rmSync(archive);
}

function busyboxTree(work: string): string {
  const tree = join(work, 'busybox');
  mkdirSync(join(tree, 'bin'), { recursive: true });
  cpSync('/bin/busybox', join(tree, 'bin/busybox'));
  for (const command of BUSYBOX_COMMANDS) symlinkSync('busybox', join(tree, 'bin', command));
  chmodSync(tree, 0o755);
  return tree;
}

function debianTree(work: string): string {
  const tree = join(work, 'debian');
  // The machine's own mirror of Debian, if it has one.
  const mirrors = execFileSync(
    'apt-get',
    ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages', 'Origin: Debian'],
    { encoding: 'utf8' },
  );
  const mirror = mirrors.split('\n').find((uri) => /\/debian\/?$/.test(uri));
  const log = execFileSync(
    'debootstrap',
    ['--variant=minbase', 'trixie', tree, ...(mirror ? [mirror] : [])],
    { encoding: 'utf8' },
  );
  if (!existsSync(join(tree, 'etc/debian_version'))) throw new Error(log);
  for (const folder of [
    'usr/share/doc',
    'usr/share/man',
    'usr/share/locale',
    'var/cache/apt',
    'var/lib/apt/lists',
  ]) {
    rmSync(join(tree, folder), { recursive: true, force: true });
  }
  writeFileSync(join(tree, 'etc/apt/apt.conf.d/docker-clean'), APT_WITHOUT_CACHE);
  writeFileSync(join(tree, 'etc/dpkg/dpkg.cfg.d/slim'), DPKG_WITHOUT_DOCUMENTATION);
  return tree;
}
