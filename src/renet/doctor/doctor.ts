import { type Finding, isWell, renderFindings } from '../../core/doctor/finding.ts';
import { examinePorts } from '../../core/doctor/machine.ts';
import { examineRepositories } from '../../core/doctor/repositories.ts';
import { findObstacle } from '../../core/infra/kernel.ts';
import { PLACES } from '../../core/infra/places.ts';
import { DEFAULT_STATE_DIR } from '../../core/repository/record.ts';
import { isFolder } from '../../edges/files.ts';
import { requireFrontDoor } from '../front-door.ts';
import { ownInfra } from '../own-infra.ts';
import { isDaemonUp } from '../repository/daemon.ts';
import { loadDefinitions } from '../repository/definitions.ts';
import { roomOf } from '../repository/room.ts';
import { isMounted } from '../repository/storage.ts';
import { readNames } from '../repository-names.ts';
import { examineDoor } from './door.ts';
import { examineIsolation, type Keeping, lookAtIsolation, renderKept } from './isolation.ts';
import { examineMachine, lookAtFacts } from './machine.ts';

export type DoctorOptions = {
  readonly version: string;
  readonly runDir: string;
  readonly json?: true;
  readonly strict?: true;
  readonly print: (line: string) => void;
};

/**
 * `renet doctor`: a machine as a whole.
 *
 * @returns whether all is as it is to be
 */
export async function doctor({ version, runDir, json, strict, print }: DoctorOptions): Promise<boolean> {
  const { findings, keeping } = await examine(version, runDir);
  const isGood = isWell(findings, strict === true);
  const table = await renderKept(keeping);
  const report = { ok: isGood, time: new Date().toISOString(), findings, ...keeping, table };
  if (json) print(JSON.stringify(report, null, 2));
  else for (const line of [...renderFindings(findings), ...table]) print(line);
  return isGood;
}

async function examine(version: string, runDir: string): Promise<{ findings: Finding[]; keeping: Keeping }> {
  const door = await requireFrontDoor(runDir);
  const { isServer } = door;
  const infra = isServer ? await ownInfra() : undefined;
  const names = await readNames(runDir);
  const nameOf = (id: number): string => names.get(id) ?? String(id);
  const folder = (await isFolder(DEFAULT_STATE_DIR)) ? DEFAULT_STATE_DIR : '/';
  const traefik = infra?.traefik ?? 'traefik';
  const written = isServer ? PLACES.proxyState : door.routerState;
  const asked = lookAtFacts(isServer);
  const [facts, ofMachine, ofDoor, keeping, repositories] = await Promise.all([
    asked,
    asked.then((known) => examineMachine({ version, facts: known, traefik, folder, written })),
    examineDoor(door, infra, nameOf),
    lookAtIsolation(runDir, door.isolation),
    isServer ? lookAtDefinitions() : [],
  ]);
  const findings = [
    ...ofMachine,
    ...(infra === undefined || facts === undefined ? [] : examinePorts(infra, facts)),
    ...ofDoor,
    ...(isServer ? examineRepositories(repositories) : []),
    examineIsolation(keeping, isServer, facts && findObstacle(facts.kernel)),
  ];
  return { findings, keeping };
}

async function lookAtDefinitions() {
  const all = await loadDefinitions();
  return Promise.all(
    all.map(async (one) => {
      const [isUp, mounted] = await Promise.all([isDaemonUp(one), isMounted(one)]);
      const room = mounted ? await roomOf(one) : undefined;
      const { name, wanted, unfinished } = one;
      return { name, wanted, unfinished, isUp, fullness: room && room.used / room.size };
    }),
  );
}
