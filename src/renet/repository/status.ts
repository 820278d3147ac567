import { stat } from 'node:fs/promises';
import { subnet } from '../../core/network/subnet.ts';
import { progressOf } from '../../core/repository/container-state.ts';
import type { Definition } from '../../core/repository/definition.ts';
import { describeSize } from '../../core/repository/image.ts';
import { recordOf, repositoryPlaces, repositoryUnits } from '../../core/repository/places.ts';
import { alignColumns } from '../../core/table.ts';
import { lockFolder } from '../../edges/lock.ts';
import { ownInfra } from '../own-infra.ts';
import { knownSlots } from '../service-addresses.ts';
import { dockerOf, isDaemonUp } from './daemon.ts';
import { loadDefinition, loadDefinitions } from './definitions.ts';
import { proveRepository } from './prove.ts';
import { proofAsJson, renderProof } from './report.ts';
import { describeFullness, type Room, roomOf } from './room.ts';
import { isLocked, isMounted } from './storage.ts';

export type StatusOptions = { readonly json?: true; readonly print: (line: string) => void };

/** What a repository is at the moment, in one word or two. */
type Summary = {
  readonly state: string;
  readonly isMounted: boolean;
  readonly isUp: boolean;
  /** Undefined while it is not mounted, and for plain folders. */
  readonly room: Room | undefined;
};

async function summarize(one: Definition): Promise<Summary> {
  const [mounted, locked, isUp] = await Promise.all([isMounted(one), isLocked(one), isDaemonUp(one)]);
  const room = mounted ? await roomOf(one) : undefined;
  return { state: await stateOf(one, { mounted, locked, isUp }), isMounted: mounted, isUp, room };
}

type Seen = { readonly mounted: boolean; readonly locked: boolean; readonly isUp: boolean };

async function stateOf(one: Definition, { mounted, locked, isUp }: Seen): Promise<string> {
  if (await isBusy(one)) return 'being worked on';
  if (one.state !== 'ready') return one.state === 'creating' ? 'half made' : 'half deleted';
  if (locked) return 'locked';
  if (!mounted) return 'not mounted';
  if (one.unfinished !== undefined) return `half ${one.unfinished}`;
  if (one.wanted === 'down') return 'down';
  if (!isUp) return 'not running';
  const containers = await dockerOf(one)
    .states()
    .catch(() => undefined);
  if (containers === undefined) return SILENT;
  return containers.some((container) => progressOf(container) !== 'broken') ? 'up' : 'not running';
}

/** Of a daemon that runs, but does not answer. */
const SILENT = 'daemon silent';

async function isBusy(one: Definition): Promise<boolean> {
  const folder = repositoryPlaces(one).lock;
  if ((await stat(folder).catch(() => undefined)) === undefined) return false;
  const lock = await lockFolder(folder, false);
  await lock?.release();
  return lock === undefined;
}

/** `renet repo list`. */
export async function listRepositories({ json, print }: StatusOptions): Promise<void> {
  const all = await loadDefinitions();
  const found = await Promise.all(all.map(async (one) => ({ one, summary: await summarize(one) })));
  if (json) return print(JSON.stringify(found.map(asJson), null, 2));
  if (found.length === 0)
    return print('there is no repository; make one with: rdc repo create NAME -m CONTEXT');
  const rows = found.map(({ one, summary }) => [
    one.name,
    String(one.networkId),
    subnet(one.networkId),
    summary.state,
    describeStorage(one, summary),
  ]);
  for (const line of alignColumns([['REPOSITORY', 'NETWORK', 'ADDRESSES', 'STATE', 'STORAGE'], ...rows]))
    print(line);
}

function asJson({ one, summary }: { readonly one: Definition; readonly summary: Summary }): object {
  const { room, ...rest } = summary;
  return { ...one, ...rest, ...room };
}

function describeStorage({ storage }: Definition, { room }: Summary): string {
  if (storage.kind === 'folder') return 'folder';
  const kind = `${storage.filesystem}${storage.encrypted ? ', encrypted' : ''}`;
  return room === undefined ? kind : `${kind}, ${describeSize(room.used)} of ${describeSize(room.size)}`;
}

/** What is to be done about a state that is none to stay in. */
function adviceOf(one: Definition, { state }: Summary): string[] {
  const { name, wanted } = one;
  const advice: Readonly<Record<string, string>> = {
    'half made': `its creation was cut off; complete it: repo create ${name}`,
    'half deleted': `its deletion was cut off; complete it: repo delete ${name}`,
    'half up': `its last up has not come to its end; do it again: repo up ${name}`,
    'half down': `its last down has not come to its end; do it again: repo down ${name}`,
    [SILENT]: `its Docker daemon does not answer; start it anew, containers go on: systemctl restart ${repositoryUnits(one.networkId).docker}`,
    locked: `it waits for its key: repo up ${name} --mount --key-file FILE`,
    ...(wanted === 'up'
      ? {
          'not mounted': `it is to be up; bring it up: repo up ${name} --mount`,
          'not running': `it is to be up, and nothing of it runs; bring it up: repo up ${name}`,
        }
      : {}),
  };
  return advice[state] === undefined ? [] : [advice[state]];
}

/**
 * `renet repo status`.
 *
 * @returns whether it is as it should be
 */
export async function showStatus(name: string, { json, print }: StatusOptions): Promise<boolean> {
  const one = await loadDefinition(name);
  const summary = await summarize(one);
  const advice = adviceOf(one, summary);
  const proof =
    one.state === 'ready' && summary.isUp && summary.state !== SILENT
      ? await proveRepository(one, await ownInfra(), 0)
      : undefined;
  const expected = one.wanted === 'up' ? (proof?.faults ?? []) : [];
  const full = describeFullness(one, summary.room);
  const faults = [...advice, ...expected, ...full];
  const slots = summary.isMounted ? await knownSlots(recordOf(one)) : new Map();
  if (json) {
    const details = proof === undefined ? {} : (proofAsJson(proof, slots, []) as object);
    print(
      JSON.stringify({ ...asJson({ one, summary }), ...details, ok: faults.length === 0, faults }, null, 2),
    );
    return faults.length === 0;
  }
  for (const line of describe(one, summary)) print(line);
  if (proof !== undefined) for (const line of renderProof({ ...proof, faults: expected }, slots)) print(line);
  for (const line of [...advice, ...full]) print(`wrong: ${line}`);
  return faults.length === 0;
}

function describe(one: Definition, summary: Summary): string[] {
  const { networkId, name, autostart, permissions = [] } = one;
  return alignColumns([
    ['repository', `${name}, ${summary.state}`],
    ['network', `${networkId}, ${subnet(networkId)}`],
    ['files', repositoryPlaces(one).files],
    ['storage', describeStorage(one, summary)],
    ...(permissions.length > 0 ? [['may leave it', permissions.join(', ')]] : []),
    ['at boot', autostart ? 'comes up when it was up' : 'stays down (autostart off)'],
  ]);
}
