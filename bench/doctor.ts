import { createDeployment, type Deployment } from '../test/server/deployment.ts';
import { median, type Row, timed } from './measure.ts';

const REPOSITORIES = 20;
const ROUNDS = 5;
/** In milliseconds. */
const LIMIT = 2_000;

/** `renet doctor --strict` on a healthy server with twenty repositories that are up, and `rdc doctor` from a workstation. */
export async function benchDoctor(): Promise<Row[]> {
  await using at = await createDeployment(8);
  await fill(at);
  const there: number[] = [];
  const here: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    there.push(await timed(() => at.server.sh('renet doctor --strict')));
    here.push(await timed(() => at.workstation.rdcOk('doctor', '--strict', '-m', 'server-1')));
  }
  return [
    row(`renet doctor over SSH, ${REPOSITORIES} repositories`, median(there)),
    row(`rdc doctor, ${REPOSITORIES} repositories`, median(here)),
  ];
}

async function fill(at: Deployment): Promise<void> {
  for (let i = 0; i < REPOSITORIES; i += 1) {
    const name = `app-${i}`;
    await at.repo('create', name, '--folder');
    await at.repo('push', at.example('hello'), name);
    const networkId = 2816 + 64 * i;
    await at.server.load(networkId, 'hello');
    await at.repo('up', name, '--mount');
  }
}

function row(measure: string, value: number): Row {
  const against = { name: 'limit', value: LIMIT };
  return { measure, ours: value, against, unit: 'ms', goal: `at most ${LIMIT} ms`, ok: value <= LIMIT };
}
