import { realpath, rm } from 'node:fs/promises';
import { isSea } from 'node:sea';
import { text as readAll } from 'node:stream/consumers';
import type { Facts } from '../../core/infra/facts.ts';
import { missingPackages } from '../../core/infra/packages.ts';
import { PLACES, PROXY_UNIT, ROUTER_UNIT } from '../../core/infra/places.ts';
import { type Plan, type PlanInput, planServer } from '../../core/infra/plan.ts';
import { readPushRequest } from '../../core/infra/push-request.ts';
import { renderPlan } from '../../core/infra/render-plan.ts';
import { type KeptSecrets, SECRET_NAMES, secretPath } from '../../core/infra/secrets.ts';
import { Failure, Refusal } from '../../core/refusal.ts';
import { digestText } from '../../edges/files.ts';
import { journalOf } from '../../edges/systemd.ts';
import { askAgain } from '../certificates/ask-again.ts';
import { ownInfra } from '../own-infra.ts';
import { carryOut, takeSnapshot, undo } from './carry-out.ts';
import { lockServer } from './lock-server.ts';
import { ownFacts } from './own-facts.ts';
import { proveServer } from './prove.ts';
import type { ServerState } from './server-state.ts';

export type ApplyOptions = {
  readonly print: (line: string) => void;
  /** The settings come from standard input, as rdc sends them; otherwise they are those of the server. */
  readonly isPushed: boolean;
  readonly isDryRun: boolean;
};

const SHOWN_ERRORS = 5;
const PINO_ERROR = 50;

/**
 * `renet proxy apply`: makes the server as its settings say, proves it, and puts everything back when it does not work.
 *
 * @returns whether there was anything to do
 */
export async function applyProxy({ print, isPushed, isDryRun }: ApplyOptions): Promise<boolean> {
  // What has begun comes to its end, also when nobody hears of it any more.
  process.on('SIGHUP', () => {});
  const pushed = isPushed ? await readAll(process.stdin) : undefined;
  await using _ = await lockServer(print);
  const facts = await ownFacts();
  refuseMissing(facts);
  const plan = planServer(await readInput(pushed, facts), facts);
  for (const line of renderPlan(plan)) print(line);
  const hasChanges = plan.changes.length > 0;
  if (isDryRun) return hasChanges;
  const begin = performance.now();
  if (hasChanges) await change(plan, print);
  const state = await proveServer(plan);
  for (const path of plan.obsolete) await rm(path, { force: true });
  print(describeProof(plan, state, hasChanges ? performance.now() - begin : undefined));
  return hasChanges;
}

function refuseMissing(facts: Facts): void {
  const missing = missingPackages(facts);
  if (missing.length === 0) return;
  throw new Refusal(
    'packages-missing',
    `packages are missing: ${missing.join(', ')}`,
    `Push from the workstation, or: apt-get install ${missing.join(' ')}.`,
  );
}

async function readInput(pushed: string | undefined, facts: Facts): Promise<PlanInput> {
  if (!isSea())
    throw new Refusal(
      'renet-missing',
      'this renet runs out of a checkout, and a server needs one that is whole by itself',
      'Push from a workstation: npm run build, then rdc context push-infra NAME.',
    );
  const renet = await realpath(process.execPath);
  if (pushed !== undefined) {
    const { settings, secrets, traefik } = readPushRequest(pushed);
    return { settings, secrets, programs: { renet, traefik }, digest: digestText };
  }
  const { settings, traefik } = await ownInfra();
  const kept = SECRET_NAMES.filter((name) => facts.files.has(secretPath(name)));
  const secrets: KeptSecrets = Object.fromEntries(kept.map((name) => [name, 'kept']));
  return { settings, secrets, programs: { renet, traefik }, digest: digestText };
}

async function change(plan: Plan, print: (line: string) => void): Promise<void> {
  const since = Date.now() / 1000;
  const snapshot = await takeSnapshot(plan);
  try {
    await carryOut(plan);
    await proveServer(plan);
    if (decidesCertificates(plan)) await askAgain(['*'], Date.now());
  } catch (error) {
    const log = await explain(since);
    const why = [describe(error), ...log].join('\n');
    print('this does not work: everything is put back as it was');
    try {
      await undo(plan, snapshot);
      if (plan.before.length > 0) await proveServer({ entryPoints: plan.before });
    } catch (second) {
      throw new Failure(
        'settings-not-restored',
        'the new settings do not work, and putting the old ones back did not work either',
        `${why}\nThen: ${describe(second)}`,
      );
    }
    throw new Failure('settings-failed', 'the new settings do not work; everything is as it was before', why);
  }
}

/** Whether what certificates are made with is another now: then what failed before may work. */
function decidesCertificates({ write }: Plan): boolean {
  const ours = new Set([...SECRET_NAMES.map(secretPath), PLACES.acmeCa, PLACES.staticConfig]);
  return write.some(({ path }) => ours.has(path));
}

function describe(error: unknown): string {
  return error instanceof Failure ? `${error.message}\n${error.details}`.trim() : String(error);
}

/** What the services had to say of it. */
async function explain(since: number): Promise<string[]> {
  const units = [PROXY_UNIT, ROUTER_UNIT];
  const logs = await Promise.all(units.map((unit) => journalOf(unit, since)));
  return logs.flatMap((lines, i) => {
    const errors = [...new Set(lines.flatMap(readError))].slice(-SHOWN_ERRORS);
    return errors.length === 0 ? [] : [`${units[i]} said:`, ...errors.map((line) => `  ${line}`)];
  });
}

/** Of a line of a log: only errors, as text. Lines that are not JSON are what a program said as it ended. */
function readError(line: string): string[] {
  try {
    const { level, message, msg, error } = JSON.parse(line) as Record<string, string | number>;
    const isError = typeof level === 'number' ? level >= PINO_ERROR : level === 'error' || level === 'fatal';
    return isError ? [[message ?? msg, error].filter(Boolean).join(': ')] : [];
  } catch {
    return [line];
  }
}

function describeProof(plan: Plan, { health }: ServerState, took: number | undefined): string {
  const what = `${plan.entryPoints.length} entrypoints listen, ${health?.routers ?? 0} routers, ${health?.daemons.length ?? 0} daemons`;
  return took === undefined
    ? `nothing to do: ${what}`
    : `done in ${(took / 1000).toFixed(1)} s: ${what}, Traefik has its routes`;
}
