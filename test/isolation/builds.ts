import { serviceAddress } from '../../src/core/network/subnet.ts';
import { type Builder, EXCEPTION, HOST_PORT, type Trial } from './machine.ts';

/** Steps of builds are containers of nobody's, and what a daemon does for its users it could do to others. */
export async function tryBuilds(trial: Trial): Promise<void> {
  await trySteps(trial, 'buildkit');
  await trySteps(trial, 'classic');
  await tryDaemon(trial);
  await tryApart(trial);
}

/** Each prints what it saw, since a step that fails would end the build. */
async function trySteps(trial: Trial, builder: Builder): Promise<void> {
  const { ids, build, image } = trial.machine;
  const [a, b] = ids;
  const theirs = serviceAddress(b, 0);
  const ask = (name: string, ...words: string[]): string =>
    `RUN echo "SAW ${name}: $(perl /probe.pl ask ${words.join(' ')})"`;
  const own =
    'perl /probe.pl serve OWN tcp4@127.0.0.1:5000 >/dev/null & sleep 0.3; perl /probe.pl ask tcp4 127.0.0.1:5000; kill $!';
  const log = await build(
    { id: a, builder },
    [
      `FROM ${image}`,
      'COPY probe.pl /probe.pl',
      ask('machine', 'tcp4', `127.0.0.1:${HOST_PORT}`),
      ask('other', 'tcp4', `${theirs}:8081`),
      ask('datagram', 'udp4.s', `${theirs}:8081`),
      ask('packets', 'packet', `${theirs}:1`),
      ask('neighbour', 'tcp4', `${serviceAddress(a, 1)}:8081`),
      `RUN echo "SAW own: $(${own})"`,
    ].join('\n'),
  );
  const seen = (name: string): string =>
    new RegExp(`SAW ${name}: (?!\\$)(.*)`).exec(log)?.[1] ?? `nothing: ${log.slice(-300)}`;
  const refused = (name: string, what: string): void =>
    trial.refused(what, seen(name).startsWith('ERR'), seen(name));
  refused('machine', `${builder}: a step to the machine`);
  refused('other', `${builder}: a step to B`);
  refused('datagram', `${builder}: a step to B, udp4.s`);
  refused('packets', `${builder}: a step with a packet socket`);
  trial.allowed(
    `${builder}: a step to a service of A`,
    seen('neighbour').includes(`TWO${a}`),
    seen('neighbour'),
  );
  trial.allowed(`${builder}: a step to itself on localhost`, seen('own').includes('OK OWN'), seen('own'));
}

async function tryDaemon(trial: Trial): Promise<void> {
  const { ids, build, docker, image } = trial.machine;
  const [a, b] = ids;
  const theirs = serviceAddress(b, 0);
  const add = await build(
    { id: a, builder: 'buildkit' },
    `FROM ${image}\nADD http://${theirs}:8081/page /page\n`,
  );
  trial.refused("ADD of a page of B's", /connection refused/.test(add), add.slice(-300));
  const pull = await docker(a, 'pull', `127.0.0.1:${HOST_PORT}/x`);
  trial.refused('a pull from a port of the machine', /connection refused/.test(pull.stderr), pull.stderr);
  const allowed = await docker(a, 'pull', `127.0.0.1:${EXCEPTION}/x`);
  trial.allowed(
    "a pull from the operator's exception",
    !/connection refused/.test(allowed.stderr),
    allowed.stderr,
  );
}

/** A network of its own, which `network_mode: none` is. */
async function tryApart(trial: Trial): Promise<void> {
  const [a] = trial.machine.ids;
  const own = 'perl /probe.pl serve OWN tcp4@0.0.0.0:80 & sleep 0.3; perl /probe.pl ask tcp4 127.0.0.1:80';
  const { probe, image, docker } = trial.machine;
  const run = [
    'run',
    '--rm',
    '--network',
    'none',
    '--volume',
    `${probe}:/probe.pl:ro`,
    image,
    'sh',
    '-c',
    own,
  ];
  const { stdout } = await docker(a, ...run);
  trial.allowed(
    'a network of its own',
    stdout.includes('bound 0.0.0.0:80') && stdout.includes('OK OWN'),
    stdout,
  );
}
