import { serviceAddress } from '../../src/core/network/subnet.ts';
import type { Question, Trial } from './machine.ts';

/** Nobody but its own hears what a container listens on, wherever it listens. */
export async function tryListeners(trial: Trial): Promise<void> {
  await tryToHear(trial);
  await tryToShare(trial);
  await trial.remove(trial.machine.ids[0], 'evil');
  await tryToSquat(trial);
}

function specsOf(trial: Trial): readonly string[] {
  const { ids, address } = trial.machine;
  const theirs = serviceAddress(ids[1], 0);
  return [
    `tcp4@${theirs}:9000`,
    'tcp4@0.0.0.0:9001',
    'tcp6@[::]:9002',
    'tcp4@-',
    'tcp4@0.0.0.0:0',
    'tcp6@-',
    `udp4@${theirs}:9000`,
    'udp4@0.0.0.0:9001',
    'udp6@[::]:9002',
    'udp4@0.0.0.0:0',
    'udp6@[::]:0',
    `tcp4.t@${theirs}:9003`,
    'tcp4@127.0.0.1:7713',
    'tcp4@0.0.0.0:7714',
    'tcp4.r@0.0.0.0:8081',
    'udp4.r@0.0.0.0:8081',
    'tcp6@[::1]:7716',
    'mptcp4@0.0.0.0:9005',
    `tcp6@[::ffff:${theirs}]:9007`,
    'udp4@127.0.0.1:7713',
    `tcp4@${address.ipv4}:9006`,
  ];
}

/** Listens in all ways as if it were B, or the machine, and asks as they would. */
async function tryToHear(trial: Trial): Promise<void> {
  const { ids, address } = trial.machine;
  const [a, b] = ids;
  const specs = specsOf(trial);
  await trial.listen(a, 'evil', { slot: 1, options: ['--cap-add', 'NET_ADMIN'], tag: 'EVIL', specs });
  const log = await trial.logs(a, 'evil');
  const tries = specs.map((spec) => {
    const bound = log
      .split('\n')
      .find((line) => line.startsWith(`${spec} bound `))
      ?.slice(`${spec} bound `.length);
    const port = /:(\d+)$/.exec(bound ?? spec)?.[1] ?? '9';
    const kind = spec.startsWith('udp') ? 'udp4.s' : 'tcp4';
    const kind6 = kind.replace('4', '6');
    const theirs = `${serviceAddress(b, 0)}:${port}`;
    const host: Question[] = [
      [kind, theirs],
      [kind, `127.0.0.1:${port}`],
      [kind6, `[::1]:${port}`],
    ];
    // Who sends from a port that the kernel has chosen is to hear answers, and UDP does not tell those from questions.
    const outside: Question[] = /^udp.*:0$/.test(spec)
      ? []
      : [
          [kind, `${address.ipv4}:${port}`],
          [kind6, `[${address.ipv6}]:${port}`],
        ];
    // B's own service has this port.
    const neighbour: Question[] = spec.includes('.r@') ? [] : [[kind, theirs]];
    return { spec, bound, host, outside, neighbour };
  });
  const answers = await Promise.all([
    trial.askAllFromHost(tries.flatMap(({ host }) => host)),
    trial.askAllFromOutside(tries.flatMap(({ outside }) => outside)),
    trial.askAll(
      b,
      'two',
      tries.flatMap(({ neighbour }) => neighbour),
    ),
  ]);
  const heard = await trial.logs(a, 'evil');
  for (const { spec, bound = 'not bound', ...asked } of tries) {
    const [host, outside, neighbour] = answers;
    const seen = [
      ...host.splice(0, asked.host.length),
      ...outside.splice(0, asked.outside.length),
      ...neighbour.splice(0, asked.neighbour.length),
    ];
    const isHeard = seen.some((one) => one.includes('EVIL')) || heard.includes(`${spec} GOT`);
    trial.unheard(`A listening on ${spec}`, !isHeard, `${bound}: ${seen.join(' | ')}`);
  }
}

const TIMES = 40;

async function tryToShare(trial: Trial): Promise<void> {
  const [, b] = trial.machine.ids;
  const target = `${serviceAddress(b, 0)}:8081`;
  for (const kind of ['tcp4', 'udp4']) {
    const seen = await trial.askAllFromHost(Array.from({ length: TIMES }, () => [kind, target]));
    const own = seen.filter((one) => one.includes(`ONE${b}`)).length;
    trial.unheard(`SO_REUSEPORT takes no share of B, ${kind}`, own === TIMES, `${own} of ${TIMES}`);
  }
  await trial.machine.docker(b, 'stop', '--time', '0', 'one');
  const seen = await trial.askAllFromHost([
    ['tcp4', target],
    ['udp4', target],
  ]);
  trial.unheard(
    'A is not heard while B is down',
    !seen.some((one) => one.includes('EVIL')),
    seen.join(' | '),
  );
  await trial.machine.docker(b, 'start', 'one');
}

async function tryToSquat(trial: Trial): Promise<void> {
  const [a, b] = trial.machine.ids;
  const theirs = serviceAddress(b, 2);
  const squatting = [`tcp4@${theirs}:9100`, 'tcp4@0.0.0.0:9101', 'udp4@0.0.0.0:9101', 'tcp6@[::]:9102'];
  await trial.listen(a, 'squat', { slot: 1, tag: 'SQUAT', specs: squatting });
  const specs = [9100, 9101, 9102].flatMap((port) => [`tcp4@${theirs}:${port}`, `udp4@${theirs}:${port}`]);
  await trial.listen(b, 'owner', { slot: 2, tag: 'OWNER', specs });
  const log = await trial.logs(b, 'owner');
  trial.unheard('A keeps no port from B', !log.includes('ERR'), log);
  await trial.remove(a, 'squat');
  await trial.remove(b, 'owner');
}
