import { serviceAddress } from '../../src/core/network/subnet.ts';
import type { Trial } from './machine.ts';

/** What a container sees of the machine's own processes, as Traefik. */
const MACHINE = '172.17.0.1';

/** Programs with their default configuration, in all repositories at once. */
export async function tryImages(trial: Trial): Promise<void> {
  for (const id of trial.machine.ids) await startImages(trial, id);
  for (const id of trial.machine.ids) await tryPages(trial, id);
  for (const id of trial.machine.ids) await tryLocalhost(trial, id);
  for (const id of trial.machine.ids) await tryDatagrams(trial, id);
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

async function tryLocalhost(trial: Trial, id: number): Promise<void> {
  const tag = `MANY${id}`;
  const works = (name: string, seen: string, ...words: string[]): void =>
    trial.unchanged(
      `${id}: ${name}`,
      [tag, ...words].every((word) => seen.includes(word)),
      seen,
    );
  const ask = (...words: string[]): Promise<string> => trial.ask(id, 'many', ...words);
  works('fast open to 127.0.0.1', await ask('tfo4', '127.0.0.1:80'), 'peername=127.0.0.1:80');
  works('127.0.0.1', await ask('tcp4', '127.0.0.1:5000'), 'peer=127.0.0.1', 'peername=127.0.0.1:5000');
  works("127.0.1.1, the machine's name", await ask('tcp4', '127.0.1.1:5000'));
  works('[::1] to a listener on all', await ask('tcp6', '[::1]:5002'));
  works('[::1] to a listener there', await ask('tcp6', '[::1]:5003'));
  const fromHost = (port: number): Promise<string> =>
    trial.askFromHost('tcp4', `${serviceAddress(id, 12)}:${port}`);
  works('[::] answers the machine on its address', await fromHost(5002), `peer=[::ffff:${MACHINE}]`);
  works(
    'port 80 of the third, and the machine is not taken for itself',
    await fromHost(80),
    `peer=${MACHINE}`,
  );
  const log = await trial.logs(id, 'many');
  trial.unchanged(`${id}: [::] for IPv6 alone can be bound`, log.includes('tcp6.o@[::]:5001 bound'), log);
  works('udp6 connected to [::1]', await ask('udp6', '[::1]:54'));
}

async function tryDatagrams(trial: Trial, id: number): Promise<void> {
  const tag = `MANY${id}`;
  const address = serviceAddress(id, 12);
  for (const kind of ['udp4', 'udp4.s']) {
    const answers = (name: string, seen: string, ...words: string[]): void =>
      trial.unchanged(
        `${id}: ${name}, ${kind}`,
        [tag, ...words].every((word) => seen.includes(word)),
        seen,
      );
    const host = (port: number): Promise<string> => trial.askFromHost(kind, `${address}:${port}`);
    answers('the machine asks', await host(53), `from=${address}:53`, `peer=${MACHINE}`);
    answers('it asks itself', await trial.ask(id, 'many', kind, '127.0.0.1:53'), 'from=127.0.0.1:53');
    const neighbour = await trial.ask(id, 'one', kind, `${address}:53`);
    answers('another service asks', neighbour, `from=${address}:53`);
    answers('the machine asks [::]', await host(54), `from=${address}:54`, `peer=[::ffff:${MACHINE}]`);
  }
}
