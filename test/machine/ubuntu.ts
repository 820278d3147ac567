import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SCRIPT = '/usr/share/debootstrap/scripts/gutsy';
/** Of ubuntu-keyring 2023.11.28.1, the one in the release pocket of 24.04. Debian has no package of these keys. */
const KEYRING_SHA256 = '36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8';

/** What debootstrap needs to make an Ubuntu on Debian: the archive's keys, its address and the script, which it knows. */
export function ubuntuOptions(suite: string, work: string): { options: string[]; operands: string[] } {
  const mirror = /default_mirror (\S+\/\/archive\S+)/.exec(readFileSync(SCRIPT, 'utf8'))?.[1] ?? '';
  const keyring = fetchKeyring(suite, mirror, work);
  return { options: [`--keyring=${keyring}`, '--components=main,universe'], operands: [mirror, SCRIPT] };
}

function fetchKeyring(suite: string, mirror: string, work: string): string {
  for (const folder of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(work, folder), { recursive: true });
  writeFileSync(join(work, 'sources.list'), `deb [trusted=yes] ${mirror} ${suite} main\n`);
  const options = {
    'Dir::Etc::sourcelist': join(work, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': join(work, 'lists'),
    'Dir::Cache': join(work, 'cache'),
    'APT::Sandbox::User': 'root',
  };
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-qq', ...words, ...args], { cwd: work, stdio: 'ignore' });
  apt('update');
  apt('download', 'ubuntu-keyring');
  const archive = join(work, readdirSync(work).find((name) => name.endsWith('.deb')) ?? '');
  const digest = createHash('sha256').update(readFileSync(archive)).digest('hex');
  if (digest !== KEYRING_SHA256) throw new Error(`${archive} has SHA-256 ${digest}`);
  execFileSync('dpkg-deb', ['-x', archive, join(work, 'keyring')]);
  return join(work, 'keyring/usr/share/keyrings/ubuntu-archive-keyring.gpg');
}
