import { chmod, chown, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { readStorage, type Storage, withoutAccounts, writeStorage } from '../../core/certificates/storage.ts';
import type { Infra } from '../../core/infra/infra-file.ts';
import { PLACES, PROXY_UNIT } from '../../core/infra/places.ts';
import { storagePath } from '../../core/infra/resolvers.ts';
import { systemctl } from '../../edges/systemd.ts';

export type MendOptions = {
  readonly infra: Pick<Infra, 'settings' | 'resolvers'>;
  /** The account is to be another. */
  readonly isNewAccount: boolean;
  /** Traefik does without the file until its next start. */
  readonly isLost: boolean;
  readonly print: (line: string) => void;
};

/** The file of each resolver. */
export function storageFiles({ settings, resolvers }: MendOptions['infra']): Map<string, string> {
  return new Map(resolvers.map((resolver) => [resolver, storagePath(resolver, settings.acmeServer)]));
}

/** Makes Traefik's files of certificates ones that it takes: whoever may not read them cannot, and there is nothing broken in them. */
export async function mendStorage({ infra, isLost, ...options }: MendOptions): Promise<void> {
  let isMended = false;
  for (const path of storageFiles(infra).values())
    if (await mendFile(path, { ...options, isLost })) isMended = true;
  if (!isMended) return;
  await restartTraefik();
  options.print('Traefik has been started anew');
}

/** @returns whether Traefik must read it again */
async function mendFile(
  path: string,
  { isNewAccount, isLost, print }: Omit<MendOptions, 'infra'>,
): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return false;
  const storage = parse(await readFile(path, 'utf8'));
  const isOpen = (found.mode & 0o077) !== 0;
  if (isOpen) {
    await chmod(path, 0o600);
    print(`${path} may be read by Traefik alone again`);
  }
  if (storage === undefined) {
    const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    await rename(path, aside);
    print(`${path} is damaged: it is ${aside} now, and Traefik begins anew`);
  } else if (isNewAccount) {
    await replaceStorage(path, withoutAccounts(storage));
    print(`the account in ${path} is forgotten: Traefik makes another`);
  }
  return isOpen || storage === undefined || isNewAccount || isLost;
}

/**
 * It reads the file at its start. It is not stopped before the file is another: whoever connects meanwhile would start it by its
 * sockets, with what was there before.
 */
export async function restartTraefik(): Promise<void> {
  await systemctl('restart', PROXY_UNIT);
}

/** Undefined: it is damaged. */
function parse(text: string): Storage | undefined {
  try {
    return readStorage(text);
  } catch {
    return undefined;
  }
}

/** Whole, and Traefik's own. */
export async function replaceStorage(path: string, storage: Storage): Promise<void> {
  const { uid, gid } = await stat(PLACES.proxyState);
  const neighbour = `${path}.new`;
  await writeFile(neighbour, writeStorage(storage), { mode: 0o600 });
  await chown(neighbour, uid, gid);
  await rename(neighbour, path);
}
