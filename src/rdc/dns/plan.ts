import { type DnsPlan, type DnsStep, hasChanges, planRecords } from '../../core/dns/plan.ts';
import type { WantedRecord, Zone } from '../../core/dns/records.ts';
import { renderZoneFile, wantedRecords } from '../../core/dns/wanted.ts';
import { CHANGES, type Entry } from '../../core/entry.ts';
import { Refusal } from '../../core/refusal.ts';
import { alignColumns } from '../../core/table.ts';
import { connectCloudflare } from '../../edges/cloudflare.ts';
import { cloudflareOf } from '../cloudflare.ts';
import { askDnsServer, type DnsServer } from './server.ts';
import { createZones, type Zones } from './zones.ts';

export type DnsOptions = {
  readonly machine: string;
  readonly adopt?: true;
  readonly prune?: true;
};

/** `rdc dns plan` and `apply`: records that make hosts lead to the server. */
export async function planDns(options: DnsOptions, isDryRun: boolean, entry: Entry): Promise<void> {
  const server = await askDnsServer(options.machine, entry);
  const access = cloudflareOf(server.context);
  if (access === undefined) return showByHand(wantedOf(server, new Set()), isDryRun, entry);
  const cloudflare = connectCloudflare(access);
  const { plans, homeless } = await planZones(server, createZones(cloudflare), options);
  for (const [zone, plan] of plans)
    if (plan.steps.length > 0) for (const line of renderZone(zone, plan)) entry.print(line);
  if (homeless.length > 0) {
    entry.print('in zones that the token does not see; to be made by hand:');
    for (const line of renderZoneFile(homeless)) entry.print(`  ${line}`);
  }
  const changing = [...plans].filter(([, plan]) => hasChanges(plan));
  if (isDryRun) return entry.endWith(changing.length > 0 ? CHANGES : 0);
  for (const [zone, { changes }] of changing) await cloudflare.change(zone, changes);
  entry.print(changing.length > 0 ? 'done' : 'nothing to do');
}

function wantedOf(
  { settings, hosts }: Omit<DnsServer, 'context'>,
  taken: ReadonlySet<string>,
): WantedRecord[] {
  const { baseDomain, publicIpv4: ipv4, publicIpv6: ipv6 } = settings;
  return wantedRecords(hosts, { baseDomain, addresses: { ipv4, ipv6 }, taken });
}

/** What there is to do in each zone, and what is in none that the token sees. */
export async function planZones(
  server: Omit<DnsServer, 'context'>,
  zones: Zones,
  { adopt, prune }: DnsOptions,
) {
  const base =
    server.settings.baseDomain === undefined ? undefined : await zones.of(server.settings.baseDomain);
  const taken = new Set(base?.records.map(({ name }) => name).filter((name) => !isPassing(name)));
  const wanted = wantedOf(server, taken);
  const byZone = new Map<Zone, WantedRecord[]>();
  // Also where nothing is wanted any more.
  const others = prune ? await zones.all() : [];
  for (const { name } of [...(base === undefined ? [] : [base.zone]), ...others]) {
    const found = await zones.of(name);
    if (found !== undefined) byZone.set(found.zone, []);
  }
  const homeless: WantedRecord[] = [];
  for (const one of wanted) {
    const zone = (await zones.of(one.name))?.zone;
    if (zone === undefined) homeless.push(one);
    else byZone.set(zone, [...(byZone.get(zone) ?? []), one]);
  }
  const plans = new Map<Zone, DnsPlan>();
  for (const [zone, all] of byZone) {
    const { records = [] } = (await zones.of(zone.name)) ?? {};
    const flags = { adopt: adopt === true, prune: prune === true };
    plans.set(zone, planRecords({ wanted: all, records, owner: server.owner, ...flags }));
  }
  return { plans, homeless };
}

/** Made for a moment, while a certificate or a token is tried. */
function isPassing(name: string): boolean {
  return /^_(acme-challenge|rediacc-check)\./.test(name);
}

function renderZone({ name }: Zone, { steps }: DnsPlan): string[] {
  const rows = steps.map((step) => [
    `  ${step.action}`,
    step.name,
    step.type,
    step.content,
    describeNote(step),
  ]);
  return [`${name}:`, ...alignColumns(rows)];
}

function describeNote({ action, note }: DnsStep): string {
  if (action === 'change' || action === 'adopt') return `it leads to ${note}`;
  return action === 'leave' && note.startsWith('somebody') ? `${note}: --adopt takes it over` : note;
}

function showByHand(wanted: readonly WantedRecord[], isDryRun: boolean, { print }: Entry): void {
  if (!isDryRun)
    throw new Refusal(
      'token-missing',
      'there is no token for Cloudflare, so nobody can make records here',
      'Set one with rdc context set-infra NAME --cf-dns-token-file FILE, or make by hand what rdc dns plan shows.',
    );
  print('; records to be made by hand, since there is no token for Cloudflare');
  for (const line of renderZoneFile(wanted)) print(line);
}
