import { Refusal } from '../refusal.ts';
import type { EntryPoint } from '../traefik/static-config.ts';
import { changeSettings, describeChanges } from './change-settings.ts';
import { describeFiles, describePorts, describeRestart } from './describe-plan.ts';
import { planEntryPoints } from './entry-points.ts';
import type { Facts } from './facts.ts';
import { wantedFiles } from './files.ts';
import { type Infra, readInfra } from './infra-file.ts';
import { planKernel, warnOfIsolation } from './kernel.ts';
import { requireOwnPorts } from './own-ports.ts';
import { PLACES } from './places.ts';
import { planUnits, type UnitChanges } from './plan-units.ts';
import { missingForCertificates } from './resolvers.ts';
import { type KeptSecrets, SECRET_NAMES, secretPath } from './secrets.ts';
import type { InfraSettings } from './setting.ts';
import { DEFAULT_CERTIFICATE } from './units.ts';
import type { WantedFile } from './wanted-file.ts';

export type PlanInput = {
  readonly settings: InfraSettings;
  readonly secrets: KeptSecrets;
  readonly programs: { readonly renet: string; readonly traefik: string };
  /** SHA-256 in hexadecimal. */
  readonly digest: (text: string) => string;
};

/** What is to be done on a server, as values. */
export type Plan = UnitChanges & {
  readonly entryPoints: readonly EntryPoint[];
  /** Those that there are now. */
  readonly before: readonly EntryPoint[];
  readonly write: readonly WantedFile[];
  readonly remove: readonly string[];
  readonly makeCertificate: boolean;
  /** Where the link `renet` is to lead; undefined when it leads there. */
  readonly link: string | undefined;
  /** Programs that were in use before. Others may belong to a push that is on its way. */
  readonly obsolete: readonly string[];
  /** The same for people: empty when there is nothing to do. */
  readonly changes: readonly string[];
  readonly warnings: readonly string[];
};

/** Debian 12's: it gives secrets to a service, names their folder (`%d`), and knows --kill-whom. */
const MINIMUM_SYSTEMD = 252;

/**
 * What makes a server as its settings say.
 *
 * @throws Refusal for what cannot be; nothing has been changed then
 */
export function planServer(input: PlanInput, facts: Facts): Plan {
  requireSystemd(facts);
  // A file of settings can be edited.
  changeSettings({}, input.settings);
  requireOwnPorts(facts);
  const before = readBefore(facts);
  const { entryPoints, warnings } = planEntryPoints(input.settings, facts, before?.entryPoints ?? []);
  const wanted = wantedFiles({ ...input, entryPoints });
  const write = wanted.filter(({ path, text }) => facts.files.get(path) !== input.digest(reveal(text)));
  const keptSecrets = SECRET_NAMES.filter((name) => input.secrets[name] === 'kept').map(secretPath);
  const kept = new Set([...wanted.map(({ path }) => path), certificatePath(), ...keptSecrets]);
  const remove = [...facts.files.keys()].filter((path) => !kept.has(path));
  const files = { write: write.map(({ path }) => path), remove };
  const makeCertificate = !facts.files.has(certificatePath());
  const link = facts.renetLink === input.programs.renet ? undefined : input.programs.renet;
  const isIsolated = planKernel(facts, input.settings);
  const units = planUnits({ ...files, makeCertificate }, facts, { entryPoints, isIsolated });
  const used = [input.programs.renet, input.programs.traefik];
  const obsolete = [facts.renetLink, before?.traefik].filter(
    (path): path is string => path?.startsWith(`${PLACES.programs}/`) === true && !used.includes(path),
  );
  return {
    before: before?.entryPoints ?? [],
    ...{ entryPoints, write, remove, makeCertificate, link, obsolete, ...units },
    changes: [
      ...describeChanges(before?.settings ?? {}, input.settings).map((change) => `set ${change}`),
      ...(link === undefined ? [] : [`use ${input.programs.renet.replace(/.*\//, '')} as renet`]),
      ...describePorts(before?.entryPoints ?? [], entryPoints),
      ...describeFiles(files),
      ...(makeCertificate ? ['make a certificate for hosts that have none'] : []),
      ...(units.enable.length > 0 ? [`start at boot: ${units.enable.join(', ')}`] : []),
      ...units.restart.map((unit) => describeRestart(unit, facts.units.get(unit)?.active === 'active')),
    ],
    warnings: [...warnings, ...warnOf(input, facts)],
  };
}

export const certificatePath = (): string => `${PLACES.secrets}/${DEFAULT_CERTIFICATE}`;

export function reveal(text: WantedFile['text']): string {
  return typeof text === 'string' ? text : text.reveal();
}

function requireSystemd({ systemd, system, machine }: Facts): void {
  const has = systemd === undefined ? 'has no systemd' : `has systemd ${systemd}`;
  if ((systemd ?? 0) < MINIMUM_SYSTEMD)
    throw new Refusal(
      'server-unsupported',
      `the server (${system.name || 'an unknown system'}) ${has}, and ${MINIMUM_SYSTEMD} or newer is needed`,
      'Use Debian 12, Ubuntu 24.04 or newer.',
    );
  if (machine !== 'x86_64' && machine !== 'aarch64')
    throw new Refusal(
      'server-unsupported',
      `the server's processor is ${machine}`,
      'There are programs for x86_64 and aarch64 alone.',
    );
}

/** A damaged file is written anew: only what listens now is lost sight of. */
function readBefore({ infra }: Facts): Infra | undefined {
  try {
    return infra === undefined ? undefined : readInfra(infra, PLACES.infra);
  } catch {
    return undefined;
  }
}

function warnOf({ settings, secrets }: PlanInput, { firewalls, kernel }: Facts): string[] {
  return [
    ...(settings.baseDomain === undefined
      ? ['without --base-domain there are no auto-routes: only containers with Traefik labels are routed']
      : []),
    ...missingForCertificates({ settings, secrets }),
    ...warnOfIsolation(settings, kernel),
    ...firewalls.map(
      (name) => `${name} is active on the server: let the ports in that are to be reached from outside`,
    ),
  ];
}
