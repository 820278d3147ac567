import { serviceAddress } from '../../src/core/network/subnet.ts';
import { tryBuilds } from './builds.ts';
import { tryImages } from './images.ts';
import { tryListeners } from './listeners.ts';
import {
  type Case,
  EXCEPTION,
  HOST_PORT,
  HOST_PORT6,
  type Machine,
  type Question,
  Trial,
} from './machine.ts';

/**
 * Tries all that a container of one repository could do to another's, and all that must go on working.
 *
 * @returns the cases, in order
 */
export function runCases(machine: Machine): Promise<readonly Case[]> {
  return runParts(machine, [
    tryConnections,
    tryCgroups,
    tryAllowed,
    tryPairs,
    tryListeners,
    tryBuilds,
    tryImages,
  ]);
}

/** Some of them, which end soon where nothing keeps repositories apart. */
export function runSample(machine: Machine): Promise<readonly Case[]> {
  return runParts(machine, [tryConnections, tryAllowed, tryPairs, tryListeners]);
}

async function runParts(
  machine: Machine,
  parts: readonly ((trial: Trial) => Promise<void>)[],
): Promise<readonly Case[]> {
  const trial = new Trial(machine);
  try {
    await prepare(trial);
    for (const part of parts) await part(trial);
    return trial.cases;
  } finally {
    await trial.removeAll();
  }
}

const failed = (seen: string): boolean => seen.startsWith('ERR');

/** Services of the machine, of another one, and of each repository on addresses of its own. */
async function prepare(trial: Trial): Promise<void> {
  const { ids, serve, probe } = trial.machine;
  const host = [
    `tcp4@127.0.0.1:${HOST_PORT}`,
    `udp4@127.0.0.1:${HOST_PORT}`,
    `tcp6.o@[::1]:${HOST_PORT6}`,
    `udp6.o@[::1]:${HOST_PORT6}`,
    'tcp4@0.0.0.0:7715',
    `tcp4@127.0.0.1:${EXCEPTION}`,
    `udp4@127.0.0.1:${EXCEPTION}`,
  ];
  await serve('perl', probe, 'serve', 'HOST', ...host);
  for (const id of ids) {
    const [first, second] = [serviceAddress(id, 0), serviceAddress(id, 1)];
    const specs = [`tcp4@${first}:8081`, `udp4@${first}:8081`, `mptcp4@${first}:8082`];
    await trial.listen(id, 'one', { slot: 0, tag: `ONE${id}`, specs });
    await trial.listen(id, 'two', {
      slot: 1,
      tag: `TWO${id}`,
      specs: [`tcp4@${second}:8081`, `udp4@${second}:8081`],
    });
  }
}

/** From a container of A: to B, and to the machine itself. */
async function tryConnections(trial: Trial): Promise<void> {
  const [a, b] = trial.machine.ids;
  const target = `${serviceAddress(b, 0)}:8081`;
  const mapped = `[::ffff:${serviceAddress(b, 0)}]:8081`;
  const port = HOST_PORT;
  const six = HOST_PORT6;
  const questions: readonly Question[] = [
    ...(['tcp4', 'tfo4', 'mptcp4', 'udp4', 'udp4.s', 'raw4', 'packet'] as const).map(toward(target)),
    ...(['tcp6', 'mptcp6', 'udp6', 'udp6.s'] as const).map(toward(mapped)),
    // From port 0 of all addresses, and from an address of B.
    ['tcp4', target, '0.0.0.0:0'],
    ['tcp4', target, `${serviceAddress(b, 1)}:0`],
    ['udp4.s', target, '0.0.0.0:0'],
    // The machine.
    ['tcp4', `127.0.0.1:${port}`],
    ['tcp4', `0.0.0.0:${port}`],
    ['tcp6', `[::ffff:127.0.0.1]:${port}`],
    ['tcp6', `[::]:${port}`],
    ['tcp6.o', `[::1]:${six}`],
    ['tcp6', `[::1]:${six}`],
    ['tfo4', `127.0.0.1:${port}`],
    ['mptcp4', `127.0.0.1:${port}`],
    ['udp4', `127.0.0.1:${port}`],
    ['udp4.s', `127.0.0.1:${port}`],
    ['udp6.s', `[::ffff:127.0.0.1]:${port}`],
    ['udp6', `[::1]:${six}`],
    ['udp6.s', `[::1]:${six}`],
    ['tcp4', '127.5.5.5:7715'],
  ];
  const answers = await trial.askAll(a, 'one', questions);
  for (const [n, seen] of answers.entries())
    trial.refused(`A asks ${questions[n]?.join(' ')}`, failed(seen), seen);
  const privileged = await trial.exec(
    a,
    ['--privileged', 'one'],
    'perl',
    '/probe.pl',
    'ask',
    'packet',
    target,
  );
  trial.refused('A, packet socket by exec --privileged', !privileged.startsWith('OK'), privileged);
  const other = await trial.exec(a, ['--user', '65534', 'one'], 'perl', '/probe.pl', 'ask', 'tcp4', target);
  trial.refused('A to B, by exec as another user', failed(other), other);
}

/** Containers that want to be somebody else. */
async function tryCgroups(trial: Trial): Promise<void> {
  const { ids, docker, foreignCgroups, probe, image } = trial.machine;
  const [a, b] = ids;
  const target = `${serviceAddress(b, 0)}:8081`;
  const once = async (name: string, ...options: string[]): Promise<void> => {
    const run = ['run', '--rm', '--network', 'host', '--volume', `${probe}:/probe.pl:ro`];
    const { stdout, stderr } = await docker(
      a,
      ...run,
      ...options,
      image,
      'perl',
      '/probe.pl',
      'ask',
      'tcp4',
      target,
    );
    trial.refused(name, !stdout.startsWith('OK'), `${stdout}${stderr}`);
  };
  await once('A to B, one-off container without an address');
  for (const parent of foreignCgroups)
    await once(`A to B, --cgroup-parent ${parent}`, '--cgroup-parent', parent);
  await once('A to B, an address of B as its own', '--env', `SERVICE_IP=${serviceAddress(b, 5)}`);
  await once('A to B, an address that is none', '--env', 'SERVICE_IP=127.0.0.08');
}

const toward =
  (target: string) =>
  (kind: string): Question => [kind, target];

/** What has nothing to do with others goes on as without. */
async function tryAllowed(trial: Trial): Promise<void> {
  const [a] = trial.machine.ids;
  const questions = allowedQuestions(trial.machine);
  const answers = await trial.askAll(
    a,
    'one',
    questions.map(({ question }) => question),
  );
  for (const [n, { tag, question }] of questions.entries()) {
    const seen = answers[n] ?? '';
    trial.allowed(`A asks ${question.join(' ')}`, isAnswer(seen, tag), seen);
  }
  await tryFromMachine(trial);
}

const isAnswer = (seen: string, tag: string): boolean => seen.startsWith('OK') && seen.includes(tag);

/** To its own repository, to another machine, to this one by its public address, and to the operator's exception. */
function allowedQuestions({ ids, other, address }: Machine): readonly { tag: string; question: Question }[] {
  const [a] = ids;
  const neighbour = serviceAddress(a, 1);
  const own: readonly Question[] = [
    ...['tcp4', 'udp4', 'udp4.s', 'tfo4'].map(toward(`${neighbour}:8081`)),
    ['tcp4', `${neighbour}:8081`, '0.0.0.0:0'],
    ...['tcp6', 'udp6.s'].map(toward(`[::ffff:${neighbour}]:8081`)),
  ];
  // udp4.s from port 0 is how resolvers ask.
  const far: readonly Question[] = [
    ['tcp4', `${other.ipv4}:9000`],
    ['tcp4', `${other.ipv4}:9000`, '0.0.0.0:0'],
    ['udp4.s', `${other.ipv4}:9000`, '0.0.0.0:0'],
    ['udp6.s', `[::ffff:${other.ipv4}]:9000`, '[::]:0'],
    ['tcp6', `[${other.ipv6}]:9000`],
    ['udp6.s', `[${other.ipv6}]:9000`, '[::]:0'],
  ];
  const host: readonly Question[] = [
    ['tcp4', `${address.ipv4}:7715`],
    ...['tcp4', 'udp4', 'udp4.s'].map(toward(`127.0.0.1:${EXCEPTION}`)),
    ['tcp6', `[::ffff:127.0.0.1]:${EXCEPTION}`],
  ];
  const tagged = (tag: string, questions: readonly Question[]) =>
    questions.map((question) => ({ tag, question }));
  return [...tagged(`TWO${a}`, own), ...tagged('FAR', far), ...tagged('HOST', host)];
}

/** The machine's own processes, as Traefik, reach every repository. */
async function tryFromMachine(trial: Trial): Promise<void> {
  const { ids, probe, host } = trial.machine;
  const [, b] = ids;
  const allow = (name: string, tag: string, seen: string): void =>
    trial.allowed(name, isAnswer(seen, tag), seen);
  const target = `${serviceAddress(b, 0)}:8081`;
  const kinds = ['tcp4', 'udp4', 'udp4.s'];
  const answers = await trial.askAllFromHost(kinds.map(toward(target)));
  for (const [n, kind] of kinds.entries()) allow(`the machine to B, ${kind}`, `ONE${b}`, answers[n] ?? '');
  const nobody = [
    'setpriv',
    '--reuid',
    '65534',
    '--clear-groups',
    'perl',
    probe,
    'ask',
    'tcp4',
    target,
  ] as const;
  allow('a user of the machine to B, as Traefik', `ONE${b}`, await host(...nobody));
  allow('the machine to itself', 'HOST', await trial.askFromHost('tcp4', `127.0.0.1:${HOST_PORT}`));
}

/** Every repository reaches itself, and none of the others. */
async function tryPairs(trial: Trial): Promise<void> {
  const { ids } = trial.machine;
  const pairs = ids.flatMap((to) => ['tcp4', 'udp4'].map((kind) => ({ to, kind })));
  for (const from of ids) {
    const questions = pairs.map(({ to, kind }): Question => [kind, `${serviceAddress(to, 0)}:8081`]);
    const answers = await trial.askAll(from, 'two', questions);
    for (const [n, { to, kind }] of pairs.entries()) {
      const seen = answers[n] ?? '';
      if (from === to) trial.allowed(`${from} to itself, ${kind}`, seen.includes(`ONE${to}`), seen);
      else trial.refused(`${from} to ${to}, ${kind}`, failed(seen), seen);
    }
  }
}
