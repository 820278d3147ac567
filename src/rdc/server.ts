import { createReadStream } from 'node:fs';
import { type Facts, readFacts } from '../core/infra/facts.ts';
import { FACTS_SCRIPT } from '../core/infra/facts-script.ts';
import { INSTALL_SCRIPT } from '../core/infra/install-script.ts';
import { PLACES, programPath } from '../core/infra/places.ts';
import { Failure, Refusal } from '../core/refusal.ts';
import type { Server } from '../edges/ssh.ts';
import type { Program } from './programs.ts';

/** What there is on a server. */
export async function askFacts(server: Server, destination: string): Promise<Facts> {
  const { code, stdout, stderr } = await server.run(['sh', '-s'], FACTS_SCRIPT);
  if (code !== 0 && stderr.includes('sudo:'))
    throw new Refusal(
      'server-not-root',
      `${destination}: its user may not become root without a password`,
      `Connect as root (rdc context add NAME root@host), or allow sudo without a password. It said: ${stderr.trim()}`,
    );
  return readFacts(stdout);
}

export async function installPackages(server: Server, packages: readonly string[]): Promise<void> {
  const { code, stderr } = await server.run(['sh', '-c', INSTALL_SCRIPT, 'sh', ...packages]);
  if (code !== 0)
    throw new Failure('packages-failed', 'packages could not be installed on the server', stderr.trim());
}

/**
 * Under a name of its own until it is whole and has the right digest. One whose connection is gone without the server's knowing ends
 * within the hour, and what it has left is removed.
 */
export async function upload(
  server: Server,
  { name, path, digest }: Program,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const script = `
set -eu
umask 022
mkdir -p ${PLACES.programs}
find ${PLACES.programs} -name '.upload.*' -mmin +60 -delete
new=$(mktemp ${PLACES.programs}/.upload.XXXXXX)
trap 'rm -f "$new"' EXIT
timeout 3600 gzip -dc >"$new"
echo "$1  $new" | sha256sum --check --quiet
chmod 755 "$new"
sync "$new"
mv "$new" "$2"
`;
  const remote = ['sh', '-c', script, 'sh', digest, programPath(name, digest)] as const;
  const { code, stderr } = await server.feed([...remote], createReadStream(path), onProgress);
  if (code !== 0) throw new Failure('upload-failed', `${name} could not be uploaded`, stderr.trim());
}
