import { readFile } from 'node:fs/promises';
import { type Finding, ok, warning, wrong } from '../../core/doctor/finding.ts';
import { probePath } from '../../core/isolation/fence.ts';
import type { Isolation, Refusals } from '../../core/isolation/report.ts';
import { alignColumns } from '../../core/table.ts';
import { probeIsolation } from '../../edges/isolation-probe.ts';
import { readRecords } from '../../edges/records.ts';

/** A repository, what it was refused, and how it may leave. */
export type Kept = {
  readonly networkId: number;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly refusals?: Refusals;
};

export type Keeping = { readonly isolation: Isolation; readonly repositories: readonly Kept[] };

/** Whether this machine keeps its repositories apart, and what they have tried. A setting is not asked: a probe among them tries. */
export async function lookAtIsolation(runDir: string, isWanted: boolean): Promise<Keeping> {
  const isolation: Isolation = isWanted ? await probeIsolation(probePath(runDir)) : { state: 'off' };
  const refusals = 'refusals' in isolation ? isolation.refusals : [];
  const records = (await readRecords(runDir)).sort((a, b) => a.networkId - b.networkId);
  const repositories = records.map(({ networkId, name, permissions = [] }) => {
    const own = refusals.find((one) => one.networkId === networkId);
    return { networkId, name, permissions, ...(own === undefined ? {} : { refusals: own }) };
  });
  return { isolation, repositories };
}

/** @param obstacle why this kernel could not, where it is not asked to */
export function examineIsolation(
  { isolation }: Keeping,
  isServer: boolean,
  obstacle: string | undefined,
): Finding {
  const { state } = isolation;
  if (state === 'on')
    return ok('isolation', 'the kernel keeps repositories apart; a probe among them reached nothing');
  if (state === 'off')
    return warning(
      'isolation',
      `repositories are not kept apart${obstacle === undefined ? '' : `, and could not be: ${obstacle}`}`,
      isServer
        ? 'rdc context set-infra SERVER --isolation on, push, and take them down and up.'
        : 'Start renet local without --isolation off.',
    );
  if (state === 'open') return wrong('isolation', isolation.reason, 'systemctl restart rediacc-isolation');
  return wrong(
    'isolation',
    `nobody can tell whether repositories are kept apart: ${isolation.reason}`,
    'systemctl status rediacc-probe.socket',
  );
}

/** What each was refused; nothing when there is none. */
export async function renderKept({ repositories }: Keeping): Promise<string[]> {
  // In milliseconds (proc_uptime(5)).
  const now = Number.parseFloat(await readFile('/proc/uptime', 'utf8')) * 1000;
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
  return rows.length === 0 ? [] : ['', ...alignColumns([title, ...rows])];
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
