import { type RepositoryRecord, readRecord, recordFolder } from '../core/repository/record.ts';
import { listNames, readText } from './files.ts';

/** The repositories that are up. */
export async function readRecords(runDir: string): Promise<RepositoryRecord[]> {
  const folder = recordFolder(runDir);
  const names = (await listNames(folder)).filter((name) => name.endsWith('.json'));
  const texts = await Promise.all(names.map((name) => readText(`${folder}/${name}`)));
  return texts.flatMap((text) => (text === undefined ? [] : [readRecord(text)]));
}
