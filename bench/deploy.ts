import { run } from '../src/edges/process.ts';
import { createDeployment, type Deployment } from '../test/server/deployment.ts';
import { interleaved, median, type Row, timed } from './measure.ts';

const ROUNDS = 8;
const FILES = '/var/lib/rediacc/repositories/2816/files/my-app';

/** What `rdc repo up --json` says of itself. */
type Step = { readonly title: string; readonly seconds: number };

/** `rdc repo up` to its proof, beside plain `docker compose up -d` of the same containers over SSH. */
export async function benchDeploy(): Promise<Row[]> {
  await using at = await createDeployment(7);
  await at.repo('create', 'my-app', '--size', '2G');
  await at.repo('push', at.example('my-app'), 'my-app');
  await at.server.load(2816, 'my-app');
  await at.repo('up', 'my-app');
  return [...(await benchUnchanged(at)), ...(await benchNew(at))];
}

/** All runs already. */
async function benchUnchanged(at: Deployment): Promise<Row[]> {
  const steps: Step[] = [];
  const samples = await interleaved(
    ROUNDS,
    () => timed(async () => steps.push(...(await up(at)))),
    () => timed(() => plainUp(at)),
  );
  return rows({ what: 'unchanged', steps, most: 750 }, samples);
}

/** Nothing runs, not even the daemon; for plain Compose that is there. */
async function benchNew(at: Deployment): Promise<Row[]> {
  const steps: Step[] = [];
  const samples = await interleaved(
    ROUNDS,
    async () => {
      await at.repo('down', 'my-app', '--unmount');
      return timed(async () => steps.push(...(await up(at))));
    },
    async () => {
      await at.repo('down', 'my-app');
      return timed(() => plainUp(at));
    },
  );
  return rows({ what: 'new', steps, most: 1_500 }, samples);
}

async function up(at: Deployment): Promise<Step[]> {
  const { code, stdout, stderr } = await at.tryRepo('up', 'my-app', '--mount', '--json');
  if (code !== 0) throw new Error(stdout + stderr);
  return (JSON.parse(stdout) as { steps: Step[] }).steps;
}

/** With the files that renet has made for it, and a connection of its own, as a user's script would do it. */
async function plainUp({ workstation }: Deployment): Promise<void> {
  const compose = 'docker compose -f docker-compose.yml -f ../../compose/override-*.yml up -d --wait';
  const variables =
    'DOCKER_HOST=unix:///run/rediacc/docker-2816.sock POSTGRES_IP=127.0.11.2 WEB_IP=127.0.11.3';
  const remote = `cd ${FILES} && ${variables} ${compose}`;
  const { code, stderr } = await run([`${workstation.folder}/bin/ssh`, 'server-1', remote]);
  if (code !== 0) throw new Error(stderr);
}

type Measured = {
  readonly what: string;
  readonly steps: readonly Step[];
  /** That ours may take more, in milliseconds. */
  readonly most: number;
};

function rows(
  { what, steps, most }: Measured,
  { ours, theirs }: { ours: number[]; theirs: number[] },
): Row[] {
  const plain = median(theirs);
  const common = {
    against: { name: 'ssh … docker compose up -d --wait', value: plain },
    unit: 'ms',
  };
  const whole = median(ours);
  const titles = [...new Set(steps.map(({ title }) => title))];
  return [
    ...titles.map((title): Row => {
      const took = steps.filter((one) => one.title === title).map(({ seconds }) => seconds * 1000);
      return { ...common, measure: `  ${what}: ${title}`, ours: median(took), goal: '', ok: true };
    }),
    {
      ...common,
      measure: `rdc repo up to its proof, ${what} repository`,
      ours: whole,
      goal: `at most ${most} ms more`,
      ok: whole - plain <= most,
    },
  ];
}
