import { chmod, chown } from 'node:fs/promises';
import { NOBODY } from '../../core/repository/launch.ts';
import { certificateCommand, renderDefaultCertificate } from '../../core/traefik/default-certificate.ts';
import { readText, writeWhole } from '../../edges/files.ts';
import { findExecutable, runToEnd } from '../../edges/process.ts';

/**
 * A certificate for pages without one of their own. Traefik would make itself another, of RSA, at each change of a route: that
 * takes most of the time that a change needs, and a browser's exception for it would not last. This one is made once and kept.
 *
 * @param file for Traefik to read, and for nobody else
 * @returns undefined where there is no openssl; Traefik then does as it would
 */
export async function prepareDefaultCertificate(
  { stateDir, baseDomain }: { readonly stateDir: string; readonly baseDomain: string },
  file: string,
): Promise<string | undefined> {
  if (findExecutable('openssl') === undefined) return undefined;
  const kept = `${stateDir}/traefik/${baseDomain}.pem`;
  const pem = (await readText(kept)) ?? (await runToEnd(...certificateCommand(baseDomain)));
  await writeWhole(kept, pem, 0o600);
  await writeWhole(file, renderDefaultCertificate(pem), 0o400);
  await chown(file, Number(NOBODY), Number(NOBODY));
  await chmod(file, 0o400);
  return file;
}
