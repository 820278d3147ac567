import { get as plainGet } from 'node:http';
import { browse } from '../scripts/browse.ts';
import { run } from '../src/edges/process.ts';
import { createLab, page } from '../test/live/lab.ts';
import { belowLimit, firstAnswer, percentile, type Row } from './measure.ts';

const ROUNDS = 40;
/** In milliseconds. */
const LIMIT = 100;
const PAGE = 'https://hello-2816.localhost/';
const DIRECT = { host: '127.0.11.2', port: 80, agent: false } as const;

/** From a container's start to the first 200 through Traefik, against the first direct answer of the container itself. */
export async function benchRouting(): Promise<Row[]> {
  await using lab = createLab();
  const hello = lab.copyExample('hello');
  await lab.local(hello);
  await lab.load(2816, 'hello');
  await lab.compose('hello', 'up', '-d');
  await page(PAGE);
  const docker = (...args: string[]) =>
    run(['docker', '-H', `unix://${lab.runDir}/docker-2816.sock`, ...args, 'hello-hello-1']);
  const routed: number[] = [];
  const direct: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await docker('stop', '-t', '0');
    await page(PAGE, 404);
    const starting = docker('start');
    const first = await firstAnswer(askDirectly);
    const second = await firstAnswer(async () => (await browse(PAGE)).status === 200);
    await starting;
    direct.push(first);
    routed.push(second - first);
  }
  return [0.5, 0.95].map((share) =>
    belowLimit({
      measure: `container answers -> first 200 through Traefik, p${share * 100}`,
      ours: percentile(routed, share),
      limit: LIMIT,
      unit: 'ms',
    }),
  );
}

function askDirectly(): Promise<boolean> {
  return new Promise((resolve, reject) => {
    plainGet(DIRECT, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode === 200));
    }).on('error', reject);
  });
}
