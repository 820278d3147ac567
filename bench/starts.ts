import { FIRST_NETWORK_ID, SUBNET_SIZE } from '../src/core/network/subnet.ts';
import { createRig } from '../test/live/rig.ts';
import { interleaved, median, percentile, type Row } from './measure.ts';
import { nameTheHost, serveBackend, startOurs, startTheirs } from './proxies.ts';
import { createHost, type Host, type Routed, runRouted, timeStart } from './real-container.ts';

const ROUNDS = 40;
const MANY = 150;
const DAEMONS = 3;
/** Between two samples, so that no throttle is at work, in milliseconds. */
const QUIET = 300;

/** A container that is started again and again, and the port of the Traefik by which it is seen. */
type Side = { readonly container: Routed; readonly port: number };
type Samples = { readonly ours: readonly number[]; readonly theirs: readonly number[] };

/** From a real container's start to its first page: through our route server, and through Traefik's own Docker provider. */
export async function benchStarts(): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  await nameTheHost(stack);
  await serveBackend(stack);
  const rig = stack.use(createRig());
  const hosts: Host[] = [];
  for (let index = 0; index < DAEMONS; index += 1) {
    hosts.push(await createHost(rig, FIRST_NETWORK_ID + index * SUBNET_SIZE, stack));
  }
  await rig.serve();
  const container = await runRouted(hosts[0] as Host, 'sample', 0);
  const ours = { container, port: await startOurs(18_001, stack) };
  const one = await withOne(ours);
  const many = await withMany(ours, hosts);
  return [...rowsOfOne(one), ...rowsOfMany(many), growth(one, many)];
}

/** Both see the same daemon. */
async function withOne(ours: Side): Promise<Samples> {
  await using stack = new AsyncDisposableStack();
  const port = await startTheirs(ours.container.host, 18_101, stack);
  return await alternate(ours, { ...ours, port });
}

/** Ours over three daemons, theirs on one that ours does not see. */
async function withMany(ours: Side, hosts: readonly Host[]): Promise<Samples> {
  await using stack = new AsyncDisposableStack();
  const other = await createHost(stack.use(createRig()), FIRST_NETWORK_ID + DAEMONS * SUBNET_SIZE, stack);
  await Promise.all([fill(hosts), fill([other])]);
  const container = await runRouted(other, 'sample', 0);
  const port = await startTheirs(other, 18_101, stack);
  return await alternate(ours, { container, port });
}

async function fill(hosts: readonly Host[]): Promise<void> {
  for (let index = 1; index < MANY; index += 1) {
    const slot = 1 + Math.floor(index / DAEMONS);
    await runRouted(hosts[index % hosts.length] as Host, `one-of-many${index}`, slot);
  }
}

function alternate(ours: Side, theirs: Side): Promise<Samples> {
  const time = ({ container, port }: Side): Promise<number> => timeStart(container, port, QUIET);
  return interleaved(
    ROUNDS,
    () => time(ours),
    () => time(theirs),
  );
}

const MEASURE = 'start event -> first 200 through Traefik';

function rowsOfOne({ ours, theirs }: Samples): Row[] {
  return [
    { share: 0.5, more: 5 },
    { share: 0.95, more: 20 },
  ].map(({ share, more }) => {
    const [own, other] = [percentile(ours, share), percentile(theirs, share)];
    return {
      measure: `${MEASURE}, 1 container, p${share * 100}`,
      ours: own,
      against: { name: "Traefik's Docker provider", value: other },
      unit: 'ms',
      goal: `at most ${more} ms more`,
      ok: own <= other + more,
    };
  });
}

function rowsOfMany({ ours, theirs }: Samples): Row[] {
  return [0.5, 0.95].map((share) => {
    const [own, other] = [percentile(ours, share), percentile(theirs, share)];
    return {
      measure: `${MEASURE}, ${MANY} on ${DAEMONS} daemons, p${share * 100}`,
      ours: own,
      against: { name: `Traefik's Docker provider, ${MANY} on one`, value: other },
      unit: 'ms',
      goal: 'not slower',
      ok: own <= other,
    };
  });
}

/** Not nothing: Traefik itself makes all of its routers anew. */
function growth(one: Samples, many: Samples): Row {
  const ours = median(many.ours) - median(one.ours);
  const theirs = median(many.theirs) - median(one.theirs);
  return {
    measure: `the same, what ${MANY} containers add to 1, p50`,
    ours,
    against: { name: "Traefik's Docker provider", value: theirs },
    unit: 'ms',
    goal: 'at most a fifth',
    ok: ours <= theirs / 5,
  };
}
