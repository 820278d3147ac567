import { rename } from 'node:fs/promises';
import { TIMES } from '../edges/times.ts';

/** What is in a file. One that cannot be read is renamed, so that nothing is lost and the next can be written. */
export async function readOrSetAside<T>(
  path: string,
  read: () => T,
  warn: (message: string) => void,
): Promise<T | undefined> {
  try {
    return read();
  } catch {
    const aside = `${path}.damaged-${TIMES.write(Date.now())}`;
    await rename(path, aside);
    warn(`${path} is damaged, and lies now in ${aside}; what it said is lost`);
    return undefined;
  }
}
