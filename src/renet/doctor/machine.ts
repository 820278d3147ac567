import { stat, statfs } from 'node:fs/promises';
import { release } from 'node:os';
import type { Finding } from '../../core/doctor/finding.ts';
import { examineClock, examineSpace, examineVersions, type Versions } from '../../core/doctor/machine.ts';
import { type Facts, readFacts } from '../../core/infra/facts.ts';
import { FACTS_SCRIPT } from '../../core/infra/facts-script.ts';
import { readVersion } from '../../core/repository/versions.ts';
import { listNames } from '../../edges/files.ts';
import { run } from '../../edges/process.ts';
import { TIMES } from '../../edges/times.ts';

/** What there is on a server; undefined on a laptop, which nobody has set up. */
export async function lookAtFacts(isServer: boolean): Promise<Facts | undefined> {
  return isServer ? readFacts((await run(['sh', '-c', FACTS_SCRIPT])).stdout) : undefined;
}

export type MachineOptions = {
  readonly version: string;
  readonly facts: Facts | undefined;
  /** Path of the Traefik that runs. */
  readonly traefik: string;
  /** The folder whose file system has the repositories, and one in which files are written all the time. */
  readonly folder: string;
  readonly written: string;
};

/** Programs, disk and clock. */
export async function examineMachine({
  version,
  facts,
  traefik,
  folder,
  written,
}: MachineOptions): Promise<Finding[]> {
  const [versions, { blocks, bavail, bsize }, newest] = await Promise.all([
    lookAtVersions(version, traefik, facts),
    statfs(folder),
    newestIn(written),
  ]);
  const now = Date.now();
  return [
    examineVersions(versions, facts),
    examineSpace({ size: blocks * bsize, free: bavail * bsize }),
    examineClock(now, newest - now, TIMES.write),
  ];
}

async function lookAtVersions(renet: string, traefik: string, facts: Facts | undefined): Promise<Versions> {
  const ask = async (...argv: [string, ...string[]]): Promise<string> =>
    readVersion((await run(argv).catch(() => ({ stdout: '' }))).stdout) ?? '';
  const [ofTraefik, docker, compose] = await Promise.all([
    ask(traefik, 'version'),
    ask('dockerd', '--version'),
    facts?.compose ?? ask('docker', 'compose', 'version', '--short'),
  ]);
  const systemd = facts?.systemd === undefined ? '' : String(facts.systemd);
  return { renet, traefik: ofTraefik, docker, compose, kernel: release(), systemd };
}

/** When something in a folder was written last, in milliseconds since 1970. */
async function newestIn(folder: string): Promise<number> {
  const names = await listNames(folder);
  const times = names.map(
    async (name) => (await stat(`${folder}/${name}`).catch(() => undefined))?.mtimeMs ?? 0,
  );
  return Math.max(0, ...(await Promise.all(times)));
}
