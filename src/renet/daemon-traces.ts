import { readFile, rm } from 'node:fs/promises';
import type { DaemonPlaces } from '../core/repository/daemon.ts';
import { run } from '../edges/process.ts';

/** dockerd leaves the host's network namespace mounted, and a killed one the file systems of its containers. */
export async function removeTraces(places: DaemonPlaces): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  const ours = mounts.filter(
    (path) => path.startsWith(`${places.runDir}/`) || path.startsWith(`${places.stateDir}/`),
  );
  for (const mount of ours.reverse()) await run(['umount', mount]);
  await rm(places.runDir, { recursive: true, force: true });
  await rm(places.socket, { force: true });
}
