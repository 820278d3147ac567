import { chmod, chown, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { readStorage, type Storage, withoutAccounts, writeStorage } from '../../core/certificates/storage.ts';
import { PLACES, PROXY_UNIT } from '../../core/infra/places.ts';
import { storagePath } from '../../core/infra/resolvers.ts';
import { systemctl } from '../../edges/systemd.ts';

export type MendOptions = {
  /** The ACME server that is set. */
  readonly server: string | undefined;
  /** The account is to be another. */
  readonly isNewAccount: boolean;
  /** Traefik does without the file until its next start. */
  readonly isLost: boolean;
  readonly print: (line: string) => void;
};

/** Makes Traefik's file of certificates one that it takes: whoever may not read it cannot, and there is nothing broken in it. */
export async function mendStorage({ server, isNewAccount, isLost, print }: MendOptions): Promise<void> {
  const path = storagePath(server);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  const storage = parse(await readFile(path, 'utf8'));
  const isOpen = (found.mode & 0o077) !== 0;
  if (!isOpen && storage !== undefined && !isNewAccount && !isLost) return;
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
    print('the account is forgotten: Traefik makes another');
  }
  await restartTraefik();
  print('Traefik has been started anew');
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
