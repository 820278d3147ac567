import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../src/edges/process.ts';
import { createLab, RENET } from '../test/live/lab.ts';
import { interleaved, median, type Row, timed } from './measure.ts';

const ROUNDS = 20;
const GOAL = 250;

/** `renet compose -- up -d` with nothing to do, against plain `docker compose up -d` of the same project. */
export async function benchCompose(): Promise<Row[]> {
  await using lab = createLab();
  const cwd = lab.copyExample('my-app');
  await lab.local(cwd);
  await lab.load(2816, 'my-app');
  await lab.compose('my-app', 'up', '-d', '--wait');
  const folder = `${lab.stateDir}/repositories/2816/compose`;
  const files = [join(cwd, 'docker-compose.yml'), join(folder, readdirSync(folder)[0] ?? '')];
  const environment = {
    ...process.env,
    DOCKER_HOST: `unix://${lab.runDir}/docker-2816.sock`,
  };
  const up = async (argv: [string, ...string[]]): Promise<number> =>
    timed(async () => {
      const { code, stderr } = await run(argv, { cwd, environment });
      if (code !== 0) throw new Error(stderr);
    });
  const plain = ['docker', 'compose', ...files.flatMap((file) => ['-f', file]), 'up', '-d'] as [
    string,
    ...string[],
  ];
  const samples = await interleaved(
    ROUNDS,
    () => up([RENET, `--run-dir=${lab.runDir}`, 'compose', '--', 'up', '-d']),
    () => up(plain),
  );
  const [ours, theirs] = [median(samples.ours), median(samples.theirs)];
  return [
    {
      measure: 'renet compose -- up -d, nothing to do',
      ours,
      against: { name: 'docker compose up -d', value: theirs },
      unit: 'ms',
      goal: `at most ${GOAL} ms more`,
      ok: ours - theirs <= GOAL,
    },
  ];
}
