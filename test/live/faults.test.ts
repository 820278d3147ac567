import { readdirSync, renameSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FIRST_NETWORK_ID, SUBNET_SIZE } from '../../src/core/network/subnet.ts';
import { type Answers, askConstantly, type HeldService, holdRouteServer, holdTraefik } from './front.ts';
import { page, until } from './lab.ts';
import { createRig, type Daemon, type Health, type Rig } from './rig.ts';

const IDS = Array.from({ length: 10 }, (_, index) => FIRST_NETWORK_ID + index * SUBNET_SIZE);
const HOSTS = IDS.map((id) => `web-${id}.test`);

let rig: Rig;
let daemons: Daemon[];
let router: HeldService;
let traefik: HeldService;
const stack = new AsyncDisposableStack();

/** Ten daemons whose containers outlive them, as on a server, with a page each; a route server and Traefik as systemd runs them. */
beforeAll(async () => {
  rig = stack.use(createRig());
  daemons = [];
  for (const id of IDS) daemons.push(await rig.daemon(id, '--live-restore'));
  await Promise.all(daemons.map((daemon) => daemon.web('web', 0)));
  const args = [`--sockets=${rig.runDir}/docker-*.sock`, `--state-dir=${rig.routerState}`];
  router = await holdRouteServer([...args, '--base-domain=test'], stack);
  traefik = await holdTraefik(rig.runDir, stack);
  for (const host of HOSTS) await page(`https://${host}/`);
}, 300_000);

afterAll(() => stack.disposeAsync(), 120_000);

/** What clients see of all pages while something happens. */
async function during(fault: () => Promise<void>): Promise<Answers> {
  const stop = askConstantly(HOSTS);
  // So that there are requests before, and after.
  await sleep(300);
  await fault();
  await sleep(300);
  const answers = await stop();
  expect(answers.requests).toBeGreaterThan(HOSTS.length * 5);
  return answers;
}

/** Ends a service the hard way, and waits for the next that the holder starts. */
async function kill(service: HeldService): Promise<void> {
  const before = service.starts();
  process.kill(service.pid(), 'SIGKILL');
  await until('it is started again', () => service.starts() > before);
}

const stateOf = ({ daemons: all }: Health, id: number) =>
  all.find(({ networkId }) => networkId === id)?.state;
const isState = (id: number, state: string) =>
  until(`${id} is ${state}`, async () => stateOf(await rig.health(), id) === state);
const allUp = () =>
  until('all are up', async () => (await rig.health()).daemons.every(({ state }) => state === 'up'));

/** What starts is reachable, and what has ended is not: the route server has not gone deaf. */
async function follows(): Promise<void> {
  const [daemon] = daemons as [Daemon];
  await daemon.web('late', 1);
  await page(`https://late-${IDS[0]}.test/`);
  await daemon.docker('rm', '-f', 'late');
  await page(`https://late-${IDS[0]}.test/`, 404);
}

test('the route server is killed twenty times', async () => {
  const { failures } = await during(async () => {
    for (let round = 0; round < 20; round += 1) {
      await kill(router);
      // Some while it starts, and some when it is there.
      if (round % 2 === 0) await allUp();
    }
  });
  expect(failures).toEqual([]);
  await follows();
});

test('one of ten daemons is frozen, and goes on', async () => {
  const [first, frozen] = [daemons[0] as Daemon, daemons[3] as Daemon];
  const { failures } = await during(async () => {
    frozen.dockerd.child.kill('SIGSTOP');
    await first.web('meanwhile', 2);
    await page(`https://meanwhile-${IDS[0]}.test/`);
    await isState(IDS[3] as number, 'unreachable');
    frozen.dockerd.child.kill('SIGCONT');
    await allUp();
  });
  expect(failures).toEqual([]);
  await first.docker('rm', '-f', 'meanwhile');
});

test('a daemon is restarted with live-restore', async () => {
  const restarted = daemons[5] as Daemon;
  const { failures } = await during(async () => {
    restarted.dockerd.child.kill('SIGTERM');
    await restarted.dockerd.ended;
    await isState(IDS[5] as number, 'unreachable');
    await restarted.again();
    await allUp();
  });
  expect(failures).toEqual([]);
});

test('a socket is removed, and made again', async () => {
  const socket = join(rig.runDir, `docker-${IDS[6]}.sock`);
  const { failures } = await during(async () => {
    renameSync(socket, `${socket}.away`);
    await isState(IDS[6] as number, 'unreachable');
    renameSync(`${socket}.away`, socket);
    await allUp();
  });
  expect(failures).toEqual([]);
});

test('state files are cut while the route server restarts', async () => {
  await until('all are saved', () => stateFiles().length === IDS.length);
  const { failures } = await during(async () => {
    const before = router.starts();
    process.kill(router.pid(), 'SIGKILL');
    for (const name of readdirSync(rig.routerState)) truncateSync(join(rig.routerState, name), 9);
    await until('it is started again', () => router.starts() > before);
    await allUp();
  });
  expect(failures).toEqual([]);
});

const stateFiles = () => readdirSync(rig.routerState).filter((name) => /^daemon-\d+\.json$/.test(name));

test('the route server is started while half of the daemons are down', async () => {
  await until('all are saved again', () => stateFiles().length === IDS.length);
  const half = daemons.filter((_, index) => index % 2 === 1);
  const { failures } = await during(async () => {
    for (const { dockerd } of half) dockerd.child.kill('SIGKILL');
    await Promise.all(half.map(({ dockerd }) => dockerd.ended));
    await kill(router);
    await until(
      'what is down is known',
      async () => (await rig.health()).daemons.filter(({ state }) => state !== 'up').length === half.length,
    );
    for (const daemon of half) await daemon.again();
    await allUp();
  });
  expect(failures).toEqual([]);
  await follows();
});

test('Traefik is restarted: nobody is refused, and pages are missing for a moment only', async () => {
  const { requests, failures } = await during(async () => {
    await kill(traefik);
    await page(`https://${HOSTS[0]}/`);
  });
  const missing = failures.filter((failure) => failure.endsWith(': 404'));
  process.stdout.write(`Traefik restarted: ${missing.length} of ${requests} requests got 404\n`);
  // What Traefik had taken when it was killed is lost with it; what came after waits in the socket.
  expect(failures.filter((failure) => failure.endsWith('ECONNREFUSED'))).toEqual([]);
  expect(failures.filter((failure) => !/: (404|ECONNRESET)$/.test(failure))).toEqual([]);
  expect(missing.length).toBeLessThan(requests / 2);
});
