import { Failure, Refusal } from '../../core/refusal.ts';
import type { Definition } from '../../core/repository/definition.ts';
import { recordOf, repositoryUnits } from '../../core/repository/places.ts';
import { readSeconds } from '../../core/repository/time.ts';
import type { Secret } from '../../core/secret.ts';
import { run } from '../../edges/process.ts';
import { systemctl } from '../../edges/systemd.ts';
import { ownInfra } from '../own-infra.ts';
import { knownSlots } from '../service-addresses.ts';
import { Steps } from '../steps.ts';
import { environmentFor, startDaemon } from './daemon.ts';
import { saveDefinition, takeRepository } from './definitions.ts';
import { type Called, findCalls, runCalls } from './functions.ts';
import { type Proof, proveRepository } from './prove.ts';
import { proofAsJson, renderProof } from './report.ts';
import { describeFullness, roomOf } from './room.ts';
import { isMounted, mountRepository } from './storage.ts';

export type UpOptions = {
  readonly mount?: true;
  readonly key: Secret | undefined;
  /** `10m`: the longest that a function of a Rediaccfile may take. */
  readonly timeout: string;
  /** `2m`: how long what is to answer may take. */
  readonly waitTimeout: string;
  /** false: only looks once. */
  readonly wait: boolean;
  readonly json?: true;
  readonly print: (line: string) => void;
  readonly warn: (line: string) => void;
};

/**
 * `renet repo up`: mounts a repository, starts its daemon, calls its Rediaccfiles, and shows that it answers.
 *
 * @returns whether all works that is to work
 */
export async function upRepository(name: string, options: UpOptions): Promise<boolean> {
  const timeout = readSeconds('--timeout', options.timeout);
  const waitTimeout = readSeconds('--wait-timeout', options.waitTimeout);
  // What has begun comes to its end, also when nobody hears of it any more.
  process.on('SIGHUP', () => {});
  const say = options.json ? options.warn : options.print;
  const infra = await ownInfra();
  await using taken = await takeRepository(name, say);
  const { one } = taken;
  const steps = new Steps(say);
  if (!(await isMounted(one))) {
    if (!options.mount) throw notMounted(one);
    await steps.take('mounted', () => mountRepository(one, options.key));
  }
  const calls = await findCalls(one, 'up');
  await wantUp(one);
  await steps.take('Docker daemon', () => startDaemon(one));
  const called = await runCalls(one, calls, { print: say, timeout }).catch((error) => explain(one, error));
  for (const { title, seconds } of called) steps.add({ title, seconds });
  await saveDefinition({ ...one, wanted: 'up', unfinished: undefined });
  const proof = await steps.take('proof', () =>
    proveRepository(one, infra, options.wait ? waitTimeout * 1000 : 0),
  );
  const faults = [...failuresOf(called), ...proof.faults, ...describeFullness(one, await roomOf(one))];
  const whole = { ...proof, faults };
  await show(one, whole, { ...options, steps });
  return whole.faults.length === 0 || (!options.wait && failuresOf(called).length === 0);
}

/** What has failed may have had no room. */
async function explain(one: Definition, error: unknown): Promise<never> {
  const full = describeFullness(one, await roomOf(one));
  if (!(error instanceof Failure) || full.length === 0) throw error;
  throw new Failure(error.code, error.message, [...full, error.details].join('\n'));
}

function failuresOf(called: readonly Called[]): string[] {
  return called.flatMap(({ failure }) => failure ?? []);
}

function notMounted({ name }: Definition): Refusal {
  return new Refusal(
    'repository-not-mounted',
    `'${name}' is not mounted`,
    `Add --mount: rdc repo up ${name} -m CONTEXT --mount.`,
  );
}

/**
 * Written down at the start: a machine that goes down meanwhile completes it when it comes up again. The unit first, and only once,
 * since systemd then reads all units anew.
 */
async function wantUp(one: Definition): Promise<void> {
  if (one.autostart && one.wanted === 'down')
    await systemctl('enable', '--quiet', repositoryUnits(one.networkId).boot);
  await saveDefinition({ ...one, wanted: 'up', unfinished: 'up' });
}

type Showing = Pick<UpOptions, 'json' | 'print'> & { readonly steps: Steps };

async function show(one: Definition, proof: Proof, { json, print, steps }: Showing): Promise<void> {
  const slots = await knownSlots(recordOf(one));
  if (json) print(JSON.stringify(proofAsJson(proof, slots, steps.done), null, 2));
  else for (const line of renderProof(proof, slots)) print(line);
  if (json) return;
  for (const container of proof.broken) await showLog(one, container.name, print);
}

const SHOWN_LINES = '10';

/** The last that a container has printed. */
async function showLog(one: Definition, name: string, print: (line: string) => void): Promise<void> {
  const logs = ['docker', 'logs', '--tail', SHOWN_LINES, name] as const;
  const { stdout, stderr } = await run(logs, { environment: environmentFor(one) });
  print(`\nThe last lines of ${name}:`);
  for (const line of `${stdout}${stderr}`.trimEnd().split('\n')) print(`  ${line}`);
}
