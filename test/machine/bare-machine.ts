import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Finished, run } from '../../src/edges/process.ts';
import { ubuntuOptions } from './ubuntu.ts';

const ROOT = join(import.meta.dirname, '../..');
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'rediacc', 'machines');
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
/** How this machine reaches package registries, so that the other one can too. */
const REACH = ['NODE_EXTRA_CA_CERTS', 'PIP_CERT', 'SSL_CERT_FILE', 'http_proxy', 'https_proxy', 'no_proxy'];

export type MachineOptions = {
  readonly suite: 'bookworm' | 'trixie' | 'noble';
  /** Packages beside npm, the one thing that a user has to install. */
  readonly packages?: readonly string[];
};

/** A freshly installed system with npm and a clean checkout in `/project`. It shares this machine's network. */
export type Machine = Disposable & {
  readonly tree: string;
  /** Runs a shell command in the checkout, in process and mount namespaces of its own: nothing it starts survives it. */
  readonly sh: (command: string) => Promise<Finished>;
  /** The files of the checkout, without what npm installs. */
  readonly files: () => string[];
};

export function createMachine({ suite, packages = [] }: MachineOptions): Machine {
  const folder = mkdtempSync(join(tmpdir(), `rediacc-${suite}-`));
  const tree = join(folder, 'tree');
  mkdirSync(tree);
  execFileSync('tar', ['-xpf', baseSystem(suite, packages), '-C', tree]);
  copyFileSync('/etc/resolv.conf', join(tree, 'etc/resolv.conf'));
  copyFileSync(CERTIFICATES, join(tree, CERTIFICATES));
  copyCheckout(join(tree, 'project'));
  return {
    tree,
    sh: (command) => run(enter(tree, command)),
    files: () =>
      readdirSync(join(tree, 'project'), { recursive: true, encoding: 'utf8' })
        .filter((name) => !name.startsWith('node_modules'))
        .sort(),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The archive of a system with npm, made once. */
function baseSystem(suite: string, packages: readonly string[]): string {
  const archive = join(CACHE, `${[suite, ...packages].join('-')}.tar`);
  if (existsSync(archive)) return archive;
  execFileSync('sh', [join(ROOT, 'scripts/packages'), 'debootstrap', 'debian-archive-keyring'], {
    stdio: 'inherit',
  });
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'rediacc-debootstrap-'));
  const tree = join(work, 'tree');
  try {
    const { options, operands } =
      suite === 'noble' ? ubuntuOptions(suite, work) : { options: [], operands: [] };
    execFileSync('debootstrap', ['--variant=minbase', ...options, suite, tree, ...operands], {
      maxBuffer: 1 << 26,
    });
    copyFileSync('/etc/resolv.conf', join(tree, 'etc/resolv.conf'));
    mkdirSync(join(tree, 'project'));
    const [file, ...args] = enter(tree, installCommand(['npm', 'ca-certificates', ...packages]));
    execFileSync(file, args, { maxBuffer: 1 << 26 });
    execFileSync('tar', ['-cpf', `${archive}.part`, '-C', tree, '.']);
    renameSync(`${archive}.part`, archive);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return archive;
}

/** Not by debootstrap, which cannot put the dependencies of npm in order. */
function installCommand(packages: readonly string[]): string {
  return `export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    apt-get -qq -y --no-install-recommends install ${packages.join(' ')}
    rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb`;
}

/** What a clone of this state of the project would hold. */
function copyCheckout(destination: string): void {
  const without = ['node_modules', 'dist', '.git'].map((name) => `--exclude=./${name}`);
  const archive = execFileSync('tar', ['-C', ROOT, ...without, '-cf', '-', '.'], { maxBuffer: 1 << 28 });
  execFileSync('tar', ['-xf', '-', '-C', destination], { input: archive });
}

function enter(tree: string, command: string): [string, ...string[]] {
  const reach = REACH.flatMap((name) =>
    process.env[name] === undefined ? [] : [`${name}=${process.env[name]}`],
  );
  const environment = [
    'HOME=/root',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'LANG=C.UTF-8',
    ...reach,
  ];
  const setUp = `
    mount --bind "$0" "$0"
    mount -t proc proc "$0/proc"
    mount --rbind /sys "$0/sys"
    mount --rbind /dev "$0/dev"
    mount -t tmpfs tmpfs "$0/run"
    cd "$0"
    pivot_root . mnt
    umount -l /mnt
    cd /project
    "$@" </dev/null
    exit $?`;
  return [
    ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'],
    ...['sh', '-e', '-c', setUp, tree, 'env', '-i', ...environment, 'sh', '-c', command],
  ] as [string, ...string[]];
}
