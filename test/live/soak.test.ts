import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { FIRST_NETWORK_ID, SUBNET_SIZE, serviceAddress } from '../../src/core/network/subnet.ts';
import { get } from '../../src/edges/http.ts';
import { holdTraefik } from './front.ts';
import { collectGarbage } from './inspector.ts';
import { until } from './lab.ts';
import { createRig, type Daemon } from './rig.ts';

/** In seconds. The heap is measured at the second minute and at the end, or in a shorter soak at its half. */
const LENGTH = Number(process.env['REDIACC_SOAK_SECONDS'] ?? 30);
const WARM = Math.min(LENGTH / 2, 120);
const SEED = Number(process.env['REDIACC_SOAK_SEED'] ?? Date.now() % 1_000_000);
const DAEMONS = 4;
const SLOTS = 20;

/** A daemon, and whether there is a container in each of its slots. */
type Repository = { readonly networkId: number; readonly daemon: Daemon; readonly isThere: boolean[] };

const nameOf = (slot: number): string => `s${slot}`;

/** Every other one has labels of Traefik's. */
const isLabelled = (slot: number): boolean => slot % 2 === 1;

const labelsOf = (networkId: number, slot: number): string[] => {
  const name = nameOf(slot);
  if (!isLabelled(slot)) return ['--label=rediacc.service_port=80'];
  return [
    '--label=traefik.enable=true',
    `--label=traefik.http.routers.${name}.rule=Host(\`${name}.app${networkId}.test\`) && PathPrefix(\`/a\`)`,
    `--label=traefik.http.services.${name}.loadbalancer.server.port=80`,
  ];
};

const ACTIONS = [
  ['restart', '-t', '0'],
  ['stop', '-t', '0'],
  ['start'],
  ['kill'],
  ['pause'],
  ['unpause'],
  ['rm', '-f'],
] as const;

/** What is done to which slot: in the order in which it is drawn, by whichever daemon comes first. */
const STEPS = fc
  .sample(fc.noBias(fc.tuple(fc.nat(SLOTS - 1), fc.constantFrom(...ACTIONS))), {
    seed: SEED,
    numRuns: LENGTH * 100,
  })
  .values();

async function step({ networkId, daemon, isThere }: Repository): Promise<void> {
  const { value: [slot, action] = [0, ACTIONS[0]] } = STEPS.next();
  const name = nameOf(slot);
  if (!isThere[slot]) await daemon.container(name, slot, ...labelsOf(networkId, slot));
  // Docker refuses some, as to stop what is paused or to kill what has ended.
  else await daemon.docker(...action, name).catch(() => {});
  isThere[slot] = !isThere[slot] || action[0] !== 'rm';
}

/** Until a time, in milliseconds since 1970. How many steps that were. */
async function work(repositories: readonly Repository[], end: number): Promise<number> {
  let steps = 0;
  const one = async (repository: Repository): Promise<void> => {
    for (; Date.now() < end; steps += 1) await step(repository);
  };
  await Promise.all(repositories.map(one));
  return steps;
}

/** What is to be served, by `docker ps`: `ROUTER URL`. */
async function wanted(repositories: readonly Repository[]): Promise<string[]> {
  const all = repositories.map(async ({ networkId, daemon }) => {
    const shown = await daemon.docker('ps', '--filter=status=running', '--format={{.Names}}');
    return shown.split('\n').flatMap((name) => {
      if (name === '') return [];
      const slot = Number(name.slice(1));
      const router = isLabelled(slot) ? `${name}-${networkId}` : `auto.${name}-${networkId}`;
      return [`${router} http://${serviceAddress(networkId, slot)}:80`];
    });
  });
  return (await Promise.all(all)).flat().sort();
}

type Document = {
  http?: {
    routers: Record<string, { service: string }>;
    services: Record<string, { loadBalancer: { servers: { url: string }[] } }>;
  };
};

async function served(): Promise<string[]> {
  const { body } = await get({ host: '127.0.0.1', port: 7111 }, '/traefik.yaml', 10_000);
  const { http = { routers: {}, services: {} } } = parse(body) as Document;
  return Object.entries(http.routers)
    .flatMap(([name, { service }]) =>
      (http.services[service]?.loadBalancer.servers ?? []).map(({ url }) => `${name} ${url}`),
    )
    .sort();
}

const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Once nothing opens or closes any: connections to daemons stay open for a second. */
async function settledFiles(pid: number): Promise<number> {
  const seen = [openFiles(pid)];
  await until('files are neither opened nor closed', async () => {
    await sleep(100);
    seen.push(openFiles(pid));
    return seen.length > 20 && new Set(seen.slice(-20)).size === 1;
  });
  return seen.at(-1) ?? 0;
}

test(
  `${LENGTH} seconds of containers that come and go (seed ${SEED})`,
  async () => {
    await using stack = new AsyncDisposableStack();
    const rig = stack.use(createRig());
    const repositories: Repository[] = [];
    for (let index = 0; index < DAEMONS; index += 1) {
      const networkId = FIRST_NETWORK_ID + index * SUBNET_SIZE;
      repositories.push({ networkId, daemon: await rig.daemon(networkId), isThere: [] });
    }
    const { pid = 0 } = await rig.serve();
    await holdTraefik(rig.runDir, stack);
    const settled = async (): Promise<void> => {
      const expected = await wanted(repositories);
      await until('the document is what docker ps says', async () => `${await served()}` === `${expected}`);
    };

    const begin = Date.now();
    let steps = await work(repositories, begin + WARM * 1000);
    await settled();
    const warm = await collectGarbage(pid);
    const files = await settledFiles(pid);
    steps += await work(repositories, begin + LENGTH * 1000);
    await settled();
    expect(await served()).toEqual(await wanted(repositories));
    const heap = await collectGarbage(pid);
    const said = `${steps} steps; heap ${(warm / 1e6).toFixed(1)} MB, then ${(heap / 1e6).toFixed(1)} MB; ${files} files open`;
    process.stdout.write(`soak of ${LENGTH} s: ${said}\n`);
    expect(steps).toBeGreaterThan(LENGTH);
    expect(heap).toBeLessThan(warm * 1.1);
    expect(await settledFiles(pid)).toBeLessThanOrEqual(files);
    expect((await rig.health()).status).toBe('ok');
  },
  (LENGTH + 180) * 1000,
);
