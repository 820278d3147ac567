import { setTimeout as sleep } from 'node:timers/promises';
import { FIRST_NETWORK_ID } from '../src/core/network/subnet.ts';
import { createRig } from '../test/live/rig.ts';
import { median, type Row } from './measure.ts';
import { nameTheHost, serveBackend, startOurs, startTheirs } from './proxies.ts';
import {
  createHost,
  type Routed,
  runRouted,
  startAtOnce,
  startInTurn,
  stop,
  timeBurst,
} from './real-container.ts';

const SIZE = 20;
const ROUNDS = 5;
/** Before a burst, so that no throttle is at work, in milliseconds. */
const QUIET = 300;
const PEER = "Traefik's Docker provider";

/** Starts a Traefik and what it asks; its port. */
type Side = {
  readonly begin: (stack: AsyncDisposableStack) => Promise<number>;
  readonly quiet: number;
};
type Peer = Side & {
  readonly name: string;
  readonly goal: string;
  readonly share: number;
  readonly more: number;
};

/** Twenty real containers are started: how long after the last has started the last one is routed. */
export async function benchBursts(): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  await nameTheHost(stack);
  await serveBackend(stack);
  const rig = stack.use(createRig());
  const host = await createHost(rig, FIRST_NETWORK_ID, stack);
  const containers: Routed[] = [];
  for (let slot = 0; slot < SIZE; slot += 1) containers.push(await runRouted(host, `burst${slot}`, slot));
  const ours: Side = {
    quiet: QUIET,
    begin: async (own) => {
      const router = await rig.serve();
      own.defer(() => rig.stop(router));
      return startOurs(18_001, own);
    },
  };
  const alike: Peer = {
    name: `${PEER}, our throttle`,
    quiet: QUIET,
    begin: (own) => startTheirs(host, 18_101, own),
    goal: 'not slower',
    share: 1,
    more: 0,
  };
  // Of five rounds the median is no more exact than that while all twenty start on two cores.
  const alikeAtOnce: Peer = { ...alike, goal: 'not slower, within 10 ms', more: 10 };
  const byDefault: Peer = {
    name: `${PEER}, its throttle of 2 s`,
    quiet: 2_500,
    begin: (own) => startTheirs({ ...host, throttle: '2s' }, 18_101, own),
    goal: 'at most half',
    share: 0.5,
    more: 0,
  };
  return [
    // Its inspects wait until all have started, so that no throttle matters.
    ...(await race({ said: 'at once', start: startAtOnce, containers, ours, peers: [alikeAtOnce] })),
    ...(await race({ said: 'in turn', start: startInTurn, containers, ours, peers: [alike, byDefault] })),
  ];
}

type Race = {
  readonly said: string;
  readonly start: typeof startAtOnce;
  readonly containers: readonly Routed[];
  readonly ours: Side;
  readonly peers: readonly Peer[];
};

/** Each alone, as it would be: all work at every start. */
async function race({ said, start, containers, ours, peers }: Race): Promise<Row[]> {
  const time = async ({ begin, quiet }: Side): Promise<number> => {
    await using own = new AsyncDisposableStack();
    await stop(containers);
    const port = await begin(own);
    await sleep(quiet);
    return await timeBurst(containers, port, start);
  };
  const sides = [ours, ...peers].map((side) => ({ side, times: [] as number[] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { side, times } of sides) times.push(await time(side));
  }
  const [own = Number.NaN, ...others] = sides.map(({ times }) => median(times));
  return peers.map(({ name, goal, share, more }, index) => {
    const value = others[index] ?? Number.NaN;
    return {
      measure: `${SIZE} started ${said}: last start -> last routed, median of ${ROUNDS}`,
      ours: own,
      against: { name, value },
      unit: 'ms',
      goal,
      ok: own <= share * value + more,
    };
  });
}
