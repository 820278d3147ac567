import { stat } from 'node:fs/promises';
import { CHANGES, type Entry } from '../core/entry.ts';
import { contextOf } from '../core/infra/contexts.ts';
import type { Facts } from '../core/infra/facts.ts';
import { missingPackages } from '../core/infra/packages.ts';
import { programPath } from '../core/infra/places.ts';
import { planServer } from '../core/infra/plan.ts';
import { writePushRequest } from '../core/infra/push-request.ts';
import { renderPlan } from '../core/infra/render-plan.ts';
import { Refusal } from '../core/refusal.ts';
import { isAtLeast } from '../core/repository/versions.ts';
import { type Architecture, TRAEFIK_SHA256 } from '../core/traefik/release.ts';
import { digestText } from '../edges/files.ts';
import { connectServer, type Server } from '../edges/ssh.ts';
import { checkToken } from './check-token.ts';
import { contextsPath, loadContexts } from './context.ts';
import { findRenet, findTraefik, type Program } from './programs.ts';
import { megabytes, progressBar } from './progress.ts';
import { askFacts, installPackages, upload } from './server.ts';

/** `rdc context push-infra`: makes a server as its context says. Nothing is changed before everything has been checked. */
export async function pushInfra(name: string, isDryRun: boolean, entry: Entry): Promise<void> {
  const { environment, print, warn, endWith } = entry;
  const context = contextOf(await loadContexts(contextsPath(environment)), name);
  await using server = await connectServer({ destination: context.destination, environment, warn });
  const facts = await askFacts(server, context.destination);
  const architecture = architectureOf(facts);
  const renet = await findRenet(architecture);
  const programs = {
    renet: programPath('renet', renet.digest),
    traefik: programPath('traefik', TRAEFIK_SHA256[architecture]),
  };
  const packages = missingPackages(facts);
  const isThere = (path: string): boolean => facts.programs.includes(path.replace(/.*\//, ''));
  const uploads = (['renet', 'traefik'] as const).filter((one) => !isThere(programs[one]));
  const { infra: settings, secrets } = context;
  const plan = planServer({ settings, secrets, programs, digest: digestText }, facts);
  refuseOlder(facts, entry.version, uploads);
  if (!isDryRun) await checkToken(context, facts, entry);
  print(`${name} (${facts.system.name}):`);
  if (packages.length > 0) print(`  install ${packages.join(' ')}`);
  for (const one of uploads) print(`  upload ${one}`);
  if (isDryRun) {
    for (const line of renderPlan(plan)) print(line);
    const count = plan.changes.length + uploads.length + packages.length;
    print(count === 0 ? 'nothing to do' : 'nothing has been done: this was a dry run');
    return endWith(count === 0 ? 0 : CHANGES);
  }
  if (packages.length > 0) await timed(entry, 'packages installed', () => installPackages(server, packages));
  const found = async (one: Program['name']): Promise<Program> =>
    one === 'renet' ? renet : findTraefik(architecture, environment, print);
  for (const one of uploads) await uploadShown(server, await found(one), entry);
  const request = writePushRequest({ settings, secrets, traefik: programs.traefik });
  endWith(await server.show([programs.renet, 'proxy', 'apply', '--pushed'], { input: request }));
}

function architectureOf({ machine }: Facts): Architecture {
  return machine === 'aarch64' ? 'arm64' : 'x64';
}

/** A newer renet may have left what an older one does not know. */
function refuseOlder({ renetVersion }: Facts, version: string, uploads: readonly string[]): void {
  if (renetVersion === undefined || !uploads.includes('renet') || isAtLeast(version, renetVersion)) return;
  throw new Refusal(
    'renet-newer',
    `the server has renet ${renetVersion}, which is newer than this rdc (${version})`,
    'Use a newer rdc.',
  );
}

async function timed(entry: Entry, what: string, work: () => Promise<void>): Promise<void> {
  const begin = performance.now();
  await work();
  entry.progress?.('');
  entry.print(`  ${what} in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}

async function uploadShown(server: Server, program: Program, entry: Entry): Promise<void> {
  const { size } = await stat(program.path);
  const onProgress = (bytes: number): void =>
    entry.progress?.(progressBar(`uploading ${program.name}`, bytes, size));
  await timed(entry, `${program.name} uploaded (${megabytes(size)} MB)`, () =>
    upload(server, program, onProgress),
  );
}
