import { chmod, readFile } from 'node:fs/promises';
import type { Entry } from '../core/entry.ts';
import { contextOf } from '../core/infra/contexts.ts';
import { PLACES } from '../core/infra/places.ts';
import { Failure, Refusal } from '../core/refusal.ts';
import { writeWhole } from '../edges/files.ts';
import { connectServer } from '../edges/ssh.ts';
import { askRenet, infraUnset, NOT_FOUND } from './ask-renet.ts';
import { contextsPath, loadContexts } from './context.ts';

/** `rdc cert export`: a file for its owner's eyes, with the keys. */
export async function exportCertificates(file: string, machine: string, entry: Entry): Promise<void> {
  const { environment, warn, print } = entry;
  const { destination } = contextOf(await loadContexts(contextsPath(environment)), machine);
  await using server = await connectServer({ destination, environment, warn });
  const { code, stdout, stderr } = await server.run([PLACES.renet, 'cert', 'export']);
  if (code === NOT_FOUND) throw infraUnset(machine);
  if (code !== 0)
    throw new Failure('certificates-unread', `${machine} does not give its certificates`, stderr.trim());
  // A file that is there keeps its mode.
  await chmod(file, 0o600).catch(() => {});
  await writeWhole(file, stdout, 0o600);
  print(`${file}: the certificates of ${machine} with their keys, readable for you alone`);
}

/** `rdc cert import`. */
export async function importCertificates(file: string, machine: string, entry: Entry): Promise<void> {
  const input = await readFile(file, 'utf8').catch((error: Error) => {
    throw new Refusal('certificates-damaged', `${file} cannot be read: ${error.message}`, 'Name another.');
  });
  await askRenet(machine, ['cert', 'import'], { entry, input });
}
