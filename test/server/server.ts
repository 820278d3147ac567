import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { archiveOf, type Bundle } from '../../scripts/images.ts';
import { serviceAddress } from '../../src/core/network/subnet.ts';
import { type Finished, run } from '../../src/edges/process.ts';

if (process.env['REDIACC_LAB'] !== '1' || process.env['REDIACC_SERVER_TREE'] === undefined) {
  throw new Error('server tests run in namespaces of their own: node scripts/test.ts server');
}

const ROOT = join(import.meta.dirname, '../..');
const TREE = process.env['REDIACC_SERVER_TREE'];

/** A Debian 13 with systemd and sshd, in namespaces. */
export type TestServer = {
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
  /** Its first process, as seen from here. */
  readonly pid: () => number;
  /** Runs a shell command on it, past its sshd; fails the test when it fails. */
  readonly sh: (command: string) => Promise<string>;
  /** The same, whatever comes of it. */
  readonly try: (command: string) => Promise<Finished>;
  /** Starts one that goes on, with its end to be waited for. */
  readonly start: (command: string) => ChildProcess;
  readonly write: (path: string, text: string) => void;
  /** Gives the daemon of a repository the images of an example. */
  readonly load: (networkId: number, bundle: Bundle) => Promise<void>;
  /** A Docker daemon of the units that push-infra brings, with an image. */
  readonly daemon: (networkId: number) => Promise<TestDaemon>;
  /** In good order, as an operator does it, or as when its plug is pulled. */
  readonly reboot: (how?: 'in order' | 'at once') => Promise<void>;
};

export type TestDaemon = {
  readonly docker: (args: string) => Promise<string>;
  /** An HTTP server on a port of its address, with its name as the page. */
  readonly web: (name: string, slot: number, ...options: string[]) => Promise<void>;
};

/** A user's machine: keys, `~/.ssh/config`, and an rdc with a file of its own. */
export type Workstation = AsyncDisposable & {
  readonly folder: string;
  readonly boot: (name: string, number: number) => Promise<TestServer>;
  readonly rdc: (...args: string[]) => Promise<Finished>;
  /** The same; fails the test when it does not end with 0. */
  readonly rdcOk: (...args: string[]) => Promise<string>;
  /** What rdc shows on a terminal. */
  readonly onTerminal: (command: string) => Promise<string>;
  /** Somebody else with the same keys, and settings of his own. */
  readonly colleague: (name: string) => (...args: string[]) => Promise<Finished>;
};

/** For what is to be known of them when a test fails. */
export const runningServers = new Set<TestServer>();

export function createWorkstation(): Workstation {
  // On a disk, where /tmp may be memory; and short, since the path of a socket may have 108 letters.
  const folder = mkdtempSync('/var/tmp/rediacc-w-');
  chmodSync(folder, 0o755);
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['bin', 'run', '.config']) mkdirSync(join(folder, name), { mode: 0o700 });
  makeKey(join(folder, 'key'));
  // OpenSSH looks for a user's files where the password file says, not in HOME.
  writeFileSync(join(folder, 'bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${folder}/config "$@"\n`, {
    mode: 0o755,
  });
  writeFileSync(join(folder, 'config'), '');
  const environment = {
    ...process.env,
    HOME: folder,
    PATH: `${folder}/bin:${process.env['PATH']}`,
    XDG_CONFIG_HOME: join(folder, '.config'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
  };
  // Beside each other, as they are shipped; a test may give the server another renet.
  for (const name of ['rdc', 'renet']) copyFileSync(join(ROOT, 'dist', name), join(folder, name));
  const program = join(folder, 'rdc');
  const rdc = (...args: string[]): Promise<Finished> => run([program, ...args], { environment });
  return {
    folder,
    rdc,
    rdcOk: async (...args) => {
      const { code, stdout, stderr } = await rdc(...args);
      if (code !== 0) throw new Error(`rdc ${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
      return stdout + stderr;
    },
    onTerminal: async (command) =>
      (await run(['script', '-qec', `${program} ${command}`, '/dev/null'], { environment })).stdout,
    colleague: (name) => {
      const own = join(folder, `c${name}`);
      mkdirSync(own, { mode: 0o700 });
      const theirs = { ...environment, XDG_CONFIG_HOME: own, XDG_RUNTIME_DIR: own };
      return (...args) => run([program, ...args], { environment: theirs });
    },
    boot: async (name, number) => {
      const server = await bootServer(folder, { name, number, stack });
      runningServers.add(server);
      stack.defer(() => void runningServers.delete(server));
      const host = `Host ${name}\n  HostName ${server.ipv4}\n  User root\n  IdentityFile ${folder}/key\n  UserKnownHostsFile ${folder}/known\n`;
      writeFileSync(join(folder, 'config'), host, { flag: 'a' });
      const key = readFileSync(join(folder, name, 'upper/etc/ssh/ssh_host_ed25519_key.pub'), 'utf8');
      writeFileSync(join(folder, 'known'), `${server.ipv4} ${key}`, { flag: 'a' });
      return server;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function makeKey(path: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
}

/** What a server has beside Debian: a name, a host key, and the workstation's key. */
function prepareFiles(workstation: string, upper: string, name: string): void {
  mkdirSync(join(upper, 'root/.ssh'), { recursive: true, mode: 0o700 });
  mkdirSync(join(upper, 'etc/ssh'), { recursive: true });
  // The root of the server's file system.
  chmodSync(upper, 0o755);
  chmodSync(join(upper, 'etc'), 0o755);
  writeFileSync(join(upper, 'etc/hostname'), `${name}\n`);
  writeFileSync(join(upper, 'etc/hosts'), `127.0.0.1 localhost ${name}\n`);
  copyFileSync(join(workstation, 'key.pub'), join(upper, 'root/.ssh/authorized_keys'));
  makeKey(join(upper, 'etc/ssh/ssh_host_ed25519_key'));
  mkdirSync(join(upper, 'etc/ssh/sshd_config.d'));
  writeFileSync(join(upper, 'etc/ssh/sshd_config.d/log.conf'), 'LogLevel VERBOSE\n');
}

type Booting = { readonly name: string; readonly number: number; readonly stack: AsyncDisposableStack };

async function bootServer(workstation: string, { name, number, stack }: Booting): Promise<TestServer> {
  const folder = join(workstation, name);
  prepareFiles(workstation, join(folder, 'upper'), name);
  // Each in a network of its own; addresses for documentation are wide enough only in IPv6 (RFC 3849), so IPv4 takes 198.18.0.0/15 (RFC 2544).
  const [ipv4, ipv6] = [`198.18.${number}.50`, `2001:db8:${number}::50`];
  const argv = [TREE, folder, name, ipv4, ipv6] as string[];
  const booted = spawn('bash', [join(import.meta.dirname, 'boot'), ...argv], {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  stack.defer(async () => {
    const ended = once(booted, 'exit');
    booted.kill('SIGTERM');
    if (booted.exitCode === null) await ended;
  });
  const pid = (): number => {
    const outer = readFileSync(join(folder, 'pid'), 'utf8').trim();
    return Number(readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').trim().split(' ')[0]);
  };
  const enter = (command: string): [string, ...string[]] => {
    const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--wdns=/'];
    const shell = ['env', '-i', ...ENVIRONMENT, 'sh', '-c', command];
    return ['nsenter', '-t', String(pid()), ...namespaces, ...shell];
  };
  const attempt = async (command: string): Promise<Finished> => run(enter(command));
  const sh = async (command: string): Promise<string> => {
    const { code, stdout, stderr } = await attempt(command);
    if (code !== 0) throw new Error(`${name}: ${command}: exit code ${code}\n${stdout}${stderr}`);
    return stdout.trim();
  };
  const ready = async (): Promise<void> => {
    for (let tries = 0; tries < 600; tries += 1) {
      const state = await attempt('systemctl is-system-running; ss -Htln sport = :22').catch(() => undefined);
      if (state !== undefined && /^(running|degraded)\n.*:22/s.test(state.stdout)) return;
      await sleep(50);
    }
    throw new Error(`${name} does not come up`);
  };
  await ready();
  return {
    name,
    ipv4,
    ipv6,
    pid,
    sh,
    try: attempt,
    start: (command) => {
      const [file, ...args] = enter(command);
      return spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    },
    write: (path, text) =>
      execFileSync(...asTuple(enter(`mkdir -p "$(dirname ${path})" && cat >${path}`)), { input: text }),
    load: async (networkId, bundle) => {
      copyFileSync(archiveOf(bundle), join(folder, `rediacc/${bundle}.tar`));
      await sh(`renet repo mount ${networkId}`);
      await sh(
        `docker -H unix:///run/rediacc/docker-${networkId}.sock load --quiet --input /var/lib/rediacc/${bundle}.tar`,
      );
    },
    daemon: (networkId) => startDaemon({ sh, folder, networkId }),
    reboot: async (how = 'in order') => {
      const before = readFileSync(join(folder, 'pid'), 'utf8');
      await attempt(`systemctl reboot${how === 'in order' ? '' : ' --force --force'}`);
      while (readFileSync(join(folder, 'pid'), 'utf8') === before) await sleep(50);
      await ready();
    },
  };
}

const ENVIRONMENT = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'LC_ALL=C.UTF-8',
];

function asTuple([file, ...args]: [string, ...string[]]): [string, string[]] {
  return [file, args];
}

async function startDaemon(at: {
  readonly sh: TestServer['sh'];
  readonly folder: string;
  readonly networkId: number;
}): Promise<TestDaemon> {
  const { sh, folder, networkId } = at;
  const docker = (args: string): Promise<string> =>
    sh(`docker -H unix:///run/rediacc/docker-${networkId}.sock ${args}`);
  const units = `rediacc-docker@${networkId}.socket rediacc-docker@${networkId}.service`;
  await sh(`mkdir -p /var/lib/rediacc/repositories/${networkId}/files`);
  await sh(`systemctl add-wants multi-user.target ${units} && systemctl start ${units}`);
  // /var/lib/rediacc of the server.
  copyFileSync(archiveOf('hello'), join(folder, 'rediacc/hello.tar'));
  await docker('load --quiet --input /var/lib/rediacc/hello.tar');
  return {
    docker,
    web: async (name, slot, ...options) => {
      const address = serviceAddress(networkId, slot);
      const labels = [
        `service_name=${name}`,
        `service_ip=${address}`,
        `network_id=${networkId}`,
        'service_port=80',
      ];
      const all = [...labels.map((label) => `--label rediacc.${label}`), ...options].join(' ');
      const serve = `mkdir -p /page && echo ${name} >/page/index.html && exec httpd -f -h /page -p ${address}:80`;
      await docker(
        `run -d --init --restart=always --network=host --name=${name} ${all} busybox sh -c '${serve}'`,
      );
    },
  };
}
