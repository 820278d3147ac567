// Unpacks packages of another Debian release into a folder: node scripts/from-debian.ts RELEASE FOLDER PACKAGE…
import { spawnSync } from 'node:child_process';
import { FROM_DEBIAN_SCRIPT } from '../src/core/infra/install-script.ts';

const { status } = spawnSync('sh', ['-c', FROM_DEBIAN_SCRIPT, 'sh', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
