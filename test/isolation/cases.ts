import { serviceAddress } from '../../src/core/network/subnet.ts';
import { tryBuilds } from './builds.ts';
import { tryImages } from './images.ts';
import { tryListeners } from './listeners.ts';
import { type Case, EXCEPTION, HOST_PORT, HOST_PORT6, type Machine, Trial } from './machine.ts';

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
  const refuse = async (name: string, ...words: string[]): Promise<void> => {
    const seen = await trial.ask(a, 'one', ...words);
    trial.refused(`A to ${name}`, failed(seen), seen);
  };
  const target = `${serviceAddress(b, 0)}:8081`;
  const mapped = `[::ffff:${serviceAddress(b, 0)}]:8081`;
  for (const kind of ['tcp4', 'tfo4', 'mptcp4', 'udp4', 'udp4.s', 'raw4', 'packet'])
    await refuse(`B, ${kind}`, kind, target);
  for (const kind of ['tcp6', 'mptcp6', 'udp6', 'udp6.s']) await refuse(`B, ${kind} mapped`, kind, mapped);
  await refuse('B, tcp4 from port 0 of all addresses', 'tcp4', target, '0.0.0.0:0');
  await refuse('B, tcp4 from an address of B', 'tcp4', target, `${serviceAddress(b, 1)}:0`);
  await refuse('B, udp4.s from port 0 of all addresses', 'udp4.s', target, '0.0.0.0:0');
  const port = HOST_PORT;
  const six = HOST_PORT6;
  for (const [kind, address] of [
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
  ] as const)
    await refuse(`the machine, ${kind} ${address}`, kind, address);
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

/** What has nothing to do with others goes on as without. */
async function tryAllowed(trial: Trial): Promise<void> {
  const { ids, address, other, probe, host } = trial.machine;
  const [a, b] = ids;
  const allow = (name: string, tag: string, seen: string): void =>
    trial.allowed(name, seen.startsWith('OK') && seen.includes(tag), seen);
  const inside = async (name: string, tag: string, ...words: string[]): Promise<void> =>
    allow(name, tag, await trial.ask(a, 'one', ...words));
  const neighbour = serviceAddress(a, 1);
  for (const kind of ['tcp4', 'udp4', 'udp4.s', 'tfo4'])
    await inside(`A to its own second service, ${kind}`, `TWO${a}`, kind, `${neighbour}:8081`);
  await inside('A to its own, tcp4 from port 0', `TWO${a}`, 'tcp4', `${neighbour}:8081`, '0.0.0.0:0');
  for (const kind of ['tcp6', 'udp6.s'])
    await inside(`A to its own, ${kind} mapped`, `TWO${a}`, kind, `[::ffff:${neighbour}]:8081`);
  const target = `${serviceAddress(b, 0)}:8081`;
  for (const kind of ['tcp4', 'udp4', 'udp4.s'])
    allow(`the machine to B, ${kind}`, `ONE${b}`, await trial.askFromHost(kind, target));
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
  const far = `${other.ipv4}:9000`;
  await inside('A to another machine, tcp4', 'FAR', 'tcp4', far);
  await inside('A to another machine, tcp4 from port 0', 'FAR', 'tcp4', far, '0.0.0.0:0');
  await inside('A to another machine, udp4.s from port 0, as a resolver', 'FAR', 'udp4.s', far, '0.0.0.0:0');
  await inside(
    'A to another machine, udp6.s mapped',
    'FAR',
    'udp6.s',
    `[::ffff:${other.ipv4}]:9000`,
    '[::]:0',
  );
  await inside('A to another machine, tcp6', 'FAR', 'tcp6', `[${other.ipv6}]:9000`);
  await inside('A to another machine, udp6.s', 'FAR', 'udp6.s', `[${other.ipv6}]:9000`, '[::]:0');
  await inside("A to the machine's public address", 'HOST', 'tcp4', `${address.ipv4}:7715`);
  const exception = `127.0.0.1:${EXCEPTION}`;
  for (const kind of ['tcp4', 'udp4', 'udp4.s'])
    await inside(`A to the operator's exception, ${kind}`, 'HOST', kind, exception);
  await inside(
    "A to the operator's exception, tcp6 mapped",
    'HOST',
    'tcp6',
    `[::ffff:127.0.0.1]:${EXCEPTION}`,
  );
}

/** Every repository reaches itself, and none of the others. */
async function tryPairs(trial: Trial): Promise<void> {
  const { ids } = trial.machine;
  for (const from of ids)
    for (const to of ids)
      for (const kind of ['tcp4', 'udp4']) {
        const seen = await trial.ask(from, 'two', kind, `${serviceAddress(to, 0)}:8081`);
        const reached = seen.includes(`ONE${to}`);
        if (from === to) trial.allowed(`${from} to itself, ${kind}`, reached, seen);
        else trial.refused(`${from} to ${to}, ${kind}`, failed(seen), seen);
      }
}
