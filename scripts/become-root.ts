import { spawnSync } from 'node:child_process';

/** What root needs of the user's environment. Not HOME: programs would leave root's files there. */
const KEPT = ['NODE_EXTRA_CA_CERTS', 'PIP_CERT', 'http_proxy', 'https_proxy', 'no_proxy'];

/**
 * Docker daemons need root: runs this program again with sudo unless it is root already.
 *
 * @returns false when it has been run, and its exit code is set
 */
export function isRootOrRunAgain(): boolean {
  if (process.getuid?.() === 0) return true;
  const command = [`--preserve-env=${KEPT.join()}`, process.execPath, ...process.argv.slice(1)];
  const { status, error } = spawnSync('sudo', command, { stdio: 'inherit' });
  if (error) process.stderr.write('This starts Docker daemons: run it as root, or install sudo.\n');
  process.exitCode = status ?? 1;
  return false;
}
