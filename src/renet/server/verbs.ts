import type { Entry } from '../../core/entry.ts';
import { PROXY_UNIT, ROUTER_UNIT } from '../../core/infra/places.ts';
import { Refusal } from '../../core/refusal.ts';
import type { RouteList } from '../../core/routes/route-list.ts';
import { alignColumns } from '../../core/table.ts';
import { become, findExecutable } from '../../edges/process.ts';
import { readRecords } from '../../edges/records.ts';
import { systemctl } from '../../edges/systemd.ts';
import { askRouteServer, requireFrontDoor } from '../front-door.ts';
import { requireLines } from '../lines-option.ts';
import { ownInfra } from '../own-infra.ts';
import { knownAddresses } from '../service-addresses.ts';
import type { Call, Verb } from '../verb.ts';
import { proveServer } from './prove.ts';
import { renderRoutes, renderStatus } from './report.ts';
import { findFaults, observeServer } from './server-state.ts';

/** Questions about the front door. */
export const PROXY_VERBS: Readonly<Record<string, Verb>> = {
  'proxy status': showStatus,
  'proxy routes': showRoutes,
  'proxy refresh': refresh,
  'proxy logs': showLogs,
  ips: showAddresses,
};

async function showStatus({ options: { json } }: Call, { print, endWith }: Entry): Promise<void> {
  const infra = await ownInfra();
  const state = await observeServer(infra);
  const faults = findFaults(infra, state);
  if (json)
    print(JSON.stringify({ ...infra, ...state, units: Object.fromEntries(state.units), faults }, null, 2));
  else for (const line of renderStatus(infra, state, faults)) print(line);
  endWith(faults.length === 0 ? 0 : 1);
}

async function showRoutes({ options: { json }, runDir }: Call, { print }: Entry): Promise<void> {
  const body = await askRouteServer(await requireFrontDoor(runDir), '/routes.json');
  if (json) print(body.trimEnd());
  else for (const line of renderRoutes(JSON.parse(body) as RouteList)) print(line);
}

async function refresh(_: Call, { print }: Entry): Promise<void> {
  const infra = await ownInfra();
  await systemctl('reload', ROUTER_UNIT);
  const { health } = await proveServer(infra);
  const daemons = health?.daemons.length ?? 0;
  print(`${daemons} daemons looked at again: ${health?.routers} routers, ${health?.problems} problems`);
}

function showLogs({ options: { follow, lines = '' } }: Call, { environment }: Entry): void {
  const journalctl = findExecutable('journalctl');
  if (journalctl === undefined)
    throw new Refusal('server-unsupported', 'there is no journalctl here', 'Run it on a server.');
  requireLines(lines);
  const units = [ROUTER_UNIT, PROXY_UNIT].map((unit) => `--unit=${unit}`);
  become(
    journalctl,
    ['--no-pager', '--output=short-iso', `--lines=${lines}`, ...units, ...(follow ? ['--follow'] : [])],
    environment,
  );
}

async function showAddresses({ options: { json }, runDir }: Call, { print }: Entry): Promise<void> {
  const records = (await readRecords(runDir)).sort((a, b) => a.networkId - b.networkId);
  const found = await Promise.all(
    records.map(async (record) => {
      const addresses = [...(await knownAddresses(record))];
      const { name: repository, networkId } = record;
      return addresses.map(([service, address]) => ({ repository, networkId, service, address }));
    }),
  );
  const all = found.flat();
  if (json) return print(JSON.stringify(all, null, 2));
  if (all.length === 0) return print('no repository is up');
  const rows = all.map((one) => [one.repository, String(one.networkId), one.service, one.address]);
  for (const line of alignColumns([['REPOSITORY', 'NETWORK', 'SERVICE', 'ADDRESS'], ...rows])) print(line);
}
