import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** What test servers need of this machine: packages, and the tree that they are made of, which `createWorkstation` looks for. */
export function prepareServers(): void {
  const packages = ['openssh-client', 'iproute2', 'curl', 'openssl', 'pebble'];
  execFileSync('sh', [join(import.meta.dirname, 'packages'), ...packages], { stdio: 'inherit' });
  const tree = execFileSync('sh', [join(import.meta.dirname, '../test/server/tree')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.env['REDIACC_SERVER_TREE'] = String(tree).trim();
}
