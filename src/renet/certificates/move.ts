import { text as readAll } from 'node:stream/consumers';
import {
  mergeStorages,
  readStorage,
  type Storage,
  type StoredCertificate,
  withoutAccounts,
  writeStorage,
} from '../../core/certificates/storage.ts';
import { Refusal } from '../../core/refusal.ts';
import { readText } from '../../edges/files.ts';
import { readCertificate } from '../../edges/x509.ts';
import { ownInfra } from '../own-infra.ts';
import { replaceStorage, restartTraefik, storageFiles } from './storage.ts';

/** `renet cert export`: what another server needs to ask for nothing. */
export async function exportCertificates(print: (line: string) => void): Promise<void> {
  const files = storageFiles(await ownInfra());
  print(writeStorage(withoutAccounts(await readOwn(files))).trimEnd());
}

/** `renet cert import`: takes what is good for longer than what is here. */
export async function importCertificates(print: (line: string) => void): Promise<void> {
  const infra = await ownInfra();
  const files = storageFiles(infra);
  const brought = readBrought(await readAll(process.stdin));
  const check = ({ certificate, key }: StoredCertificate) =>
    readCertificate(decode(certificate), decode(key));
  const merge = async () =>
    mergeStorages(await readOwn(files), brought, {
      resolvers: infra.resolvers,
      now: Date.now(),
      check,
    });
  let merged = await merge();
  for (const line of merged.said) print(line);
  if (!merged.hasChanges) return print('nothing has changed');
  // A certificate that has just come may have made Traefik write what it knew before.
  for (; merged.hasChanges; merged = await merge()) {
    for (const [resolver, path] of files) await replaceStorage(path, ofResolver(merged.storage, resolver));
    await restartTraefik();
  }
  print('Traefik has been started anew');
}

const decode = (text: string): string => Buffer.from(text, 'base64').toString();

/** What all resolvers have. */
async function readOwn(files: ReadonlyMap<string, string>): Promise<Storage> {
  const parts = [...files].map(async ([resolver, path]) => ofResolver(await readOne(path), resolver));
  return Object.assign({}, ...(await Promise.all(parts)));
}

function ofResolver(storage: Storage, resolver: string): Storage {
  const one = storage[resolver];
  return one === undefined ? {} : { [resolver]: one };
}

async function readOne(path: string): Promise<Storage> {
  const text = await readText(path);
  try {
    return readStorage(text ?? '');
  } catch {
    throw new Refusal('certificates-damaged', `${path} is damaged`, 'Mend it first: rdc cert retry -m NAME.');
  }
}

function readBrought(text: string): Storage {
  try {
    return readStorage(text);
  } catch {
    throw new Refusal(
      'certificates-damaged',
      'that is no file of certificates',
      'Take what rdc cert export has written, or the acme.json of a Traefik. Nothing was changed.',
    );
  }
}
