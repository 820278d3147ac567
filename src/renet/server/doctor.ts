import { readFile } from 'node:fs/promises';
import { readInfra } from '../../core/infra/infra-file.ts';
import { PLACES } from '../../core/infra/places.ts';
import { settingOf } from '../../core/infra/settings.ts';
import { probePath } from '../../core/isolation/fence.ts';
import type { Isolation, Refusals } from '../../core/isolation/report.ts';
import { alignColumns } from '../../core/table.ts';
import { readText } from '../../edges/files.ts';
import { probeIsolation } from '../../edges/isolation-probe.ts';
import { readRecords } from '../../edges/records.ts';

/** What `renet doctor` has found. */
type Findings = {
  readonly isolation: Isolation;
  readonly repositories: readonly Repository[];
};

type Repository = {
  readonly networkId: number;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly refusals?: Refusals;
};

export type DoctorOptions = {
  readonly runDir: string;
  readonly json?: true;
  readonly print: (line: string) => void;
};

/**
 * `renet doctor`: whether this machine keeps its repositories apart, what they have tried, and which may leave.
 *
 * @returns whether all is as it is to be
 */
export async function doctor({ runDir, json, print }: DoctorOptions): Promise<boolean> {
  const findings = await look(runDir);
  const { isolation } = findings;
  if (json) print(JSON.stringify(findings, null, 2));
  else for (const line of render(findings, await uptime())) print(line);
  return isolation.state === 'on' || isolation.state === 'off';
}

async function look(runDir: string): Promise<Findings> {
  const isolation = await lookAtIsolation(runDir);
  const refusals = 'refusals' in isolation ? isolation.refusals : [];
  const records = (await readRecords(runDir)).sort((a, b) => a.networkId - b.networkId);
  const repositories = records.map(({ networkId, name, permissions = [] }) => {
    const own = refusals.find((one) => one.networkId === networkId);
    return { networkId, name, permissions, ...(own === undefined ? {} : { refusals: own }) };
  });
  return { isolation, repositories };
}

async function lookAtIsolation(runDir: string): Promise<Isolation> {
  const text = await readText(PLACES.infra);
  const isOff =
    text !== undefined && settingOf(readInfra(text, PLACES.infra).settings, 'isolation') === 'off';
  return isOff ? { state: 'off' } : probeIsolation(probePath(runDir));
}

/** In milliseconds (proc_uptime(5)). */
async function uptime(): Promise<number> {
  return Number.parseFloat(await readFile('/proc/uptime', 'utf8')) * 1000;
}

function render({ isolation, repositories }: Findings, now: number): string[] {
  const rows = repositories.map(({ networkId, name, permissions, refusals }) => [
    name,
    String(networkId),
    refusals === undefined ? 'nothing' : describeRefusals(refusals),
    refusals?.lastTarget === undefined
      ? '-'
      : `${refusals.lastTarget}, ${ago(now - (refusals.lastAt ?? now))}`,
    permissions.join(', ') || '-',
  ]);
  const title = ['REPOSITORY', 'NETWORK', 'REFUSED', 'LAST TRIED TO REACH', 'MAY LEAVE BY'];
  return [
    describeIsolation(isolation),
    ...(rows.length === 0 ? [] : ['', ...alignColumns([title, ...rows])]),
  ];
}

function describeIsolation(isolation: Isolation): string {
  if (isolation.state === 'on')
    return 'ok: the kernel keeps repositories apart; a probe among them reached nothing';
  if (isolation.state === 'off')
    return 'warning: repositories are not kept apart: rdc context set-infra NAME --isolation on, push, and take them down and up';
  if (isolation.state === 'open') return `wrong: ${isolation.reason}: systemctl restart rediacc-isolation`;
  return `wrong: nobody can tell whether repositories are kept apart (${isolation.reason}): systemctl status rediacc-probe.socket`;
}

function describeRefusals({ connections, listeners, sockets, packets }: Refusals): string {
  const counted = { connections, listeners, sockets, packets };
  const said = Object.entries(counted).filter(([, count]) => count > 0);
  return said.map(([what, count]) => `${count} ${what}`).join(', ') || 'nothing';
}

function ago(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
}
