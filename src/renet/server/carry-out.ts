import { lstat, mkdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { ISOLATION_UNIT, PLACES, PROBE_SOCKET, ROUTER_UNIT, socketUnit } from '../../core/infra/places.ts';
import { certificatePath, type Plan, reveal } from '../../core/infra/plan.ts';
import type { UnitChanges } from '../../core/infra/plan-units.ts';
import { ROUTER_PORT } from '../../core/infra/port-lists.ts';
import { certificateCommand } from '../../core/traefik/default-certificate.ts';
import { writeWhole } from '../../edges/files.ts';
import { get } from '../../edges/http.ts';
import { runToEnd } from '../../edges/process.ts';
import { systemctl } from '../../edges/systemd.ts';
import { lowerServerFence } from './fence.ts';

/** How long the route server may take to answer, in milliseconds: its socket is there from the start. */
const ROUTER_TIMEOUT = 10_000;

/** What was there before, by path; undefined: nothing. */
export type Snapshot = {
  readonly files: ReadonlyMap<string, { readonly bytes: Buffer; readonly mode: number } | undefined>;
  readonly link: string | undefined;
};

export async function takeSnapshot({ write, remove }: Plan): Promise<Snapshot> {
  const paths = [...write.map(({ path }) => path), ...remove, certificatePath()];
  const files = paths.map(async (path) => {
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) return [path, undefined] as const;
    return [path, { bytes: await readFile(path), mode: found.mode & 0o7777 }] as const;
  });
  return {
    files: new Map(await Promise.all(files)),
    link: await readlink(PLACES.renet).catch(() => undefined),
  };
}

/** Does what a plan says. Whatever fails leaves things half done: the snapshot puts them back. */
export async function carryOut(plan: Plan): Promise<void> {
  await mkdir(PLACES.dynamicFolder, { recursive: true, mode: 0o755 });
  await mkdir(PLACES.secrets, { recursive: true, mode: 0o700 });
  for (const { path, text, mode } of plan.write) await writeWhole(path, reveal(text), mode);
  await runToEnd('systemd-sysusers', '/etc/sysusers.d/rediacc.conf');
  await runToEnd('systemd-tmpfiles', '--create', '/etc/tmpfiles.d/rediacc.conf');
  if (plan.makeCertificate) await makeCertificate();
  if (plan.link !== undefined) await linkTo(plan.link);
  await switchUnits(plan, plan.remove);
}

/**
 * Sockets that are gone or elsewhere are closed by systemd first, while Traefik goes on with its copies of them; its restart then opens
 * those that are new, since its unit wants them all.
 */
async function switchUnits(plan: UnitChanges, remove: readonly string[]): Promise<void> {
  if (plan.stop.length > 0) await systemctl('stop', ...plan.stop);
  if (plan.stop.includes(ISOLATION_UNIT)) await lowerServerFence();
  for (const path of remove) await rm(path, { force: true });
  await systemctl('daemon-reload');
  if (plan.enable.length > 0) await systemctl('enable', '--quiet', ...plan.enable);
  for (const unit of plan.restart) {
    await systemctl('restart', unit);
    // Traefik's end is quick only while the route server hears of it.
    if (unit === ROUTER_UNIT) await get({ host: '127.0.0.1', port: ROUTER_PORT }, '/health', ROUTER_TIMEOUT);
  }
}

/** Of what was switched off: it starts again when that is undone. */
const isIsolation = (unit: string): boolean => unit === ISOLATION_UNIT || unit === PROBE_SOCKET;

/** Puts everything back as it was. */
export async function undo(plan: Plan, { files, link }: Snapshot): Promise<void> {
  for (const [path, before] of files) {
    if (before === undefined) continue;
    const neighbour = `${path}.old`;
    await writeFile(neighbour, before.bytes, { mode: before.mode });
    await rename(neighbour, path);
  }
  const isNew = (unit: string): boolean => {
    const path = `${PLACES.units}/${unit}`;
    return files.has(path) && files.get(path) === undefined;
  };
  const sockets = plan.entryPoints.map(({ name }) => socketUnit(name));
  const changed = sockets.filter((unit) => files.has(`${PLACES.units}/${unit}`));
  const units = [...plan.restart, ...plan.enable];
  const gone = [...new Set([...changed, ...units.filter(isNew)])];
  if (plan.enable.some(isNew)) await systemctl('disable', '--quiet', ...plan.enable.filter(isNew));
  const added = [...files].filter(([, before]) => before === undefined).map(([path]) => path);
  if (plan.link !== undefined) await (link === undefined ? rm(PLACES.renet, { force: true }) : linkTo(link));
  await systemctl('reset-failed', 'rediacc-*').catch(() => {});
  const restart = [...plan.stop.filter(isIsolation), ...plan.restart.filter((unit) => !isNew(unit))];
  await switchUnits({ stop: gone, enable: [], restart }, added);
}

/** Atomically: there is always a renet. */
async function linkTo(target: string): Promise<void> {
  const neighbour = `${PLACES.renet}.new`;
  await rm(neighbour, { force: true });
  await symlink(target, neighbour);
  await rename(neighbour, PLACES.renet);
}

/** For hosts that have none of their own, in a name that no host has. */
async function makeCertificate(): Promise<void> {
  await writeWhole(certificatePath(), await runToEnd(...certificateCommand('rediacc.invalid')), 0o600);
}
