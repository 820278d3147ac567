import { serviceAddress } from '../../src/core/network/subnet.ts';
import type { Question, Trial } from './machine.ts';

/** What a container sees of the machine's own processes, as Traefik. */
const MACHINE = '172.17.0.1';

/** Programs with their default configuration, in all repositories at once. */
export async function tryImages(trial: Trial): Promise<void> {
  for (const id of trial.machine.ids) await startImages(trial, id);
  for (const id of trial.machine.ids) await tryPages(trial, id);
  for (const id of trial.machine.ids) await tryLocalhost(trial, id);
  for (const id of trial.machine.ids) await tryFromOthers(trial, id);
}

const NGINX = `mkdir -p /tmp/page && echo "nginx $SERVICE_IP" >/tmp/page/index.html
cat >/tmp/nginx.conf <<'X'
pid /tmp/nginx.pid;
events {}
http { server { listen 80; listen [::]:80; root /tmp/page; } }
X
exec nginx -c /tmp/nginx.conf -g 'daemon off;'`;

async function startImages(trial: Trial, id: number): Promise<void> {
  await trial.run(id, 'web', { slot: 10, command: ['sh', '-c', NGINX] });
  const page = `mkdir -p /www && echo HTTPD${id} >/www/index.html && exec httpd -f -p 80 -h /www`;
  await trial.run(id, 'httpd', { slot: 11, image: 'busybox', command: ['sh', '-c', page] });
  const specs = [
    'udp4@0.0.0.0:53',
    'tcp4@127.0.0.1:5000',
    'tcp6.o@[::]:5001',
    'tcp6@[::]:5002',
    'udp6@[::]:54',
    'tcp6@[::1]:5003',
    'tcp4@0.0.0.0:80',
  ];
  await trial.listen(id, 'many', { slot: 12, tag: `MANY${id}`, specs });
}

async function tryPages(trial: Trial, id: number): Promise<void> {
  const { docker } = trial.machine;
  const expected = { web: `nginx ${serviceAddress(id, 10)}`, httpd: `HTTPD${id}` };
  const same = (name: string, seen: string, wanted: string): void =>
    trial.unchanged(`${id}: ${name}`, seen.trim() === wanted, seen);
  const get = (address: string): Promise<string> => trial.machine.get(`http://${address}/`);
  await trial.until(async () => (await get(serviceAddress(id, 11))) !== '').catch(() => {});
  same('nginx on 0.0.0.0:80 and [::]:80', await get(serviceAddress(id, 10)), expected.web);
  same('busybox httpd on port 80', await get(serviceAddress(id, 11)), expected.httpd);
  const own = await trial.exec(id, ['httpd'], 'wget', '-q', '-O', '-', 'http://127.0.0.1/');
  same('its own page on 127.0.0.1', own, expected.httpd);
  await docker(id, 'restart', '--time', '0', 'web');
  await trial.until(async () => (await get(serviceAddress(id, 10))) !== '').catch(() => {});
  same('nginx after a restart', await get(serviceAddress(id, 10)), expected.web);
}

/** A question, what it is for, and what is in its answer beside the tag. */
type Expected = readonly [name: string, question: Question, ...words: string[]];

function recordAnswers(
  trial: Trial,
  id: number,
  { expected, answers }: { readonly expected: readonly Expected[]; readonly answers: readonly string[] },
): void {
  for (const [n, [name, , ...words]] of expected.entries()) {
    const seen = answers[n] ?? '';
    trial.unchanged(
      `${id}: ${name}`,
      [`MANY${id}`, ...words].every((word) => seen.includes(word)),
      seen,
    );
  }
}

const questionsOf = (expected: readonly Expected[]): Question[] => expected.map(([, question]) => question);

async function tryLocalhost(trial: Trial, id: number): Promise<void> {
  const inside: readonly Expected[] = [
    ['fast open to 127.0.0.1', ['tfo4', '127.0.0.1:80'], 'peername=127.0.0.1:80'],
    ['127.0.0.1', ['tcp4', '127.0.0.1:5000'], 'peer=127.0.0.1', 'peername=127.0.0.1:5000'],
    ["127.0.1.1, the machine's name", ['tcp4', '127.0.1.1:5000']],
    ['[::1] to a listener on all', ['tcp6', '[::1]:5002']],
    ['[::1] to a listener there', ['tcp6', '[::1]:5003']],
    ['udp6 connected to [::1]', ['udp6', '[::1]:54']],
    ['it asks itself, udp4', ['udp4', '127.0.0.1:53'], 'from=127.0.0.1:53'],
    ['it asks itself, udp4.s', ['udp4.s', '127.0.0.1:53'], 'from=127.0.0.1:53'],
  ];
  recordAnswers(trial, id, {
    expected: inside,
    answers: await trial.askAll(id, 'many', questionsOf(inside)),
  });
  const log = await trial.logs(id, 'many');
  trial.unchanged(`${id}: [::] for IPv6 alone can be bound`, log.includes('tcp6.o@[::]:5001 bound'), log);
}

async function tryFromOthers(trial: Trial, id: number): Promise<void> {
  const address = serviceAddress(id, 12);
  const neighbour: Expected[] = [];
  const host: Expected[] = [
    ['[::] answers the machine on its address', ['tcp4', `${address}:5002`], `peer=[::ffff:${MACHINE}]`],
    [
      'port 80 of the third, and the machine is not taken for itself',
      ['tcp4', `${address}:80`],
      `peer=${MACHINE}`,
    ],
  ];
  for (const kind of ['udp4', 'udp4.s']) {
    const [from53, from54] = [`from=${address}:53`, `from=${address}:54`];
    neighbour.push([`another service asks, ${kind}`, [kind, `${address}:53`], from53]);
    host.push([`the machine asks, ${kind}`, [kind, `${address}:53`], from53, `peer=${MACHINE}`]);
    host.push([
      `the machine asks [::], ${kind}`,
      [kind, `${address}:54`],
      from54,
      `peer=[::ffff:${MACHINE}]`,
    ]);
  }
  recordAnswers(trial, id, {
    expected: neighbour,
    answers: await trial.askAll(id, 'one', questionsOf(neighbour)),
  });
  recordAnswers(trial, id, { expected: host, answers: await trial.askAllFromHost(questionsOf(host)) });
}
