import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { serviceAddress } from '../../src/core/network/subnet.ts';
import { recordPath, writeRecord } from '../../src/core/repository/record.ts';
import { get } from '../../src/edges/http.ts';
import { createFakeDocker, type FakeContainer } from '../fake-docker.ts';
import { until } from './lab.ts';
import { createRig, published, type Rig } from './rig.ts';

const stateOf = async (rig: Rig, id: number) =>
  (await rig.health()).daemons.find(({ networkId }) => networkId === id);

test('containers are routed while they run and are not known to be unwell', async () => {
  await using rig = createRig();
  const daemon = await rig.daemon(2816);
  await daemon.container('early', 0);
  await rig.serve();
  expect(await rig.routers()).toEqual(['auto.early-2816']);

  await daemon.container('late', 1);
  await published(rig, 'auto.early-2816', 'auto.late-2816');
  await daemon.docker('pause', 'late');
  await published(rig, 'auto.early-2816');
  await daemon.docker('unpause', 'late');
  await published(rig, 'auto.early-2816', 'auto.late-2816');
  await daemon.docker('rm', '-f', 'late');
  await published(rig, 'auto.early-2816');

  const check = ['--health-cmd=test -e /tmp/well', '--health-interval=100ms', '--health-retries=1'];
  await daemon.container('checked', 2, ...check, '--health-start-period=0s', '--tmpfs=/tmp');
  await until(
    'it is unhealthy',
    async () => (await daemon.docker('inspect', '-f', '{{.State.Health.Status}}', 'checked')) === 'unhealthy',
  );
  expect(await rig.routers()).toEqual(['auto.early-2816']);
  await daemon.docker('exec', 'checked', 'sh', '-c', 'echo >/tmp/well');
  await published(rig, 'auto.checked-2816', 'auto.early-2816');

  await daemon.container('one-off', 3, '--label=com.docker.compose.oneoff=True');
  await daemon.container('internal', 4, '--label=traefik.enable=false');
  await published(rig, 'auto.checked-2816', 'auto.early-2816');
});

test('the list follows every start and stop, however fast', async () => {
  await using rig = createRig();
  const daemon = await rig.daemon(2816);
  await rig.serve();
  await daemon.container('one', 0);
  await daemon.container('two', 1);
  for (let round = 0; round < 15; round += 1) {
    await daemon.docker('stop', '-t', '0', 'one');
    await published(rig, 'auto.two-2816');
    await daemon.docker('start', 'one');
    await published(rig, 'auto.one-2816', 'auto.two-2816');
  }
});

test('daemons are found and lost at run time, each for itself', async () => {
  await using rig = createRig();
  await rig.serve('--grace=2');
  expect(await rig.health()).toMatchObject({ status: 'ok', daemons: [] });

  const first = await rig.daemon(2816);
  await first.container('web', 0);
  const second = await rig.daemon(2880);
  await second.container('web', 0);
  await published(rig, 'auto.web-2816', 'auto.web-2880');

  // Killed with requests open: its routes stay for the grace period, and the machine is degraded.
  second.dockerd.child.kill('SIGKILL');
  await until('it is unreachable', async () => (await stateOf(rig, 2880))?.state === 'unreachable');
  expect((await rig.health()).status).toBe('degraded');
  expect(await rig.routers()).toEqual(['auto.web-2816', 'auto.web-2880']);
  await published(rig, 'auto.web-2816');
  expect(await stateOf(rig, 2816)).toMatchObject({ state: 'up', containers: 1 });

  // It comes back by itself with what runs then.
  await second.stop();
  const again = await rig.daemon(2880);
  await again.docker('start', 'web');
  await published(rig, 'auto.web-2816', 'auto.web-2880');
  expect((await rig.health()).status).toBe('ok');
});

test('a repository that renet took down loses its routes at once', async () => {
  await using rig = createRig();
  mkdirSync(`${rig.runDir}/repositories`, { recursive: true });
  const record = recordPath(rig.runDir, 2816);
  writeFileSync(
    record,
    writeRecord({ networkId: 2816, name: 'shop', path: '/x', socket: '/y', stateDir: '/z' }),
  );
  await rig.serve('--grace=600');
  const daemon = await rig.daemon(2816);
  await daemon.container('web', 0);
  await published(rig, 'auto.web-2816');
  expect(await stateOf(rig, 2816)).toMatchObject({ repository: 'shop' });
  rmSync(record);
  await daemon.stop();
  await published(rig);
  expect((await rig.health()).daemons).toEqual([]);
});

test.each([
  [
    'speaks another protocol',
    'not-docker',
    'it does not speak HTTP',
    (socket: Socket) => socket.end('220 smtp\r\n'),
  ],
  ['answers no JSON', 'not-docker', 'its answer is not JSON', (socket: Socket) => reply(socket, '<html>')],
  [
    'answers other JSON',
    'not-docker',
    "its answer is not that of Docker's API",
    (socket: Socket) => reply(socket, '[{}]'),
  ],
  ['hangs up', 'unreachable', 'socket hang up', (socket: Socket) => socket.destroy()],
  ['never answers', 'unreachable', 'no answer in 5000 ms', () => {}],
] as [string, string, string, (socket: Socket) => void][])(
  'a socket in the folder that %s harms nobody',
  async (...given) => {
    const [, state, reason, answer] = given;
    await using rig = createRig();
    const daemon = await rig.daemon(2816);
    await daemon.container('web', 0);
    const open = new Set<Socket>();
    const server = createServer((socket) => {
      open.add(socket);
      socket.on('error', () => {});
      socket.once('data', () => answer(socket));
    }).listen(`${rig.runDir}/docker-2880.sock`);
    await once(server, 'listening');
    await rig.serve();
    // Never a list without it: at the start the route server waits for each daemon that may still answer.
    expect(await rig.routers()).toEqual(['auto.web-2816']);
    await until('it is told', async () => (await stateOf(rig, 2880))?.state === state);
    expect(await rig.health()).toMatchObject({
      status: 'degraded',
      daemons: [{ state: 'up' }, { state, reason }],
    });
    await daemon.container('late', 1);
    await published(rig, 'auto.late-2816', 'auto.web-2816');
    for (const socket of open) socket.destroy();
    server.close();
  },
);

test('an event stream that goes deaf without ending is noticed, and nothing is missed', async () => {
  await using rig = createRig();
  const daemon = await rig.daemon(2816);
  const open = new Set<Socket>();
  const deafen: (() => void)[] = [];
  let lists = 0;
  // Stands before the daemon, and at some time lets through no more of the connections that are there.
  const server = createServer((client) => {
    const upstream = connect(`${rig.runDir}/docker-2816.sock`);
    const muted = { is: false };
    deafen.push(() => (muted.is = true));
    upstream.on('data', (chunk) => {
      if (!muted.is) client.write(chunk);
    });
    upstream.on('end', () => client.end());
    client.on('data', (chunk) => {
      if (String(chunk).startsWith('GET /containers/json')) lists += 1;
    });
    client.pipe(upstream);
    for (const socket of [client, upstream]) open.add(socket.on('error', () => {}));
  });
  mkdirSync(`${rig.runDir}/front`);
  server.listen(`${rig.runDir}/front/docker-2816.sock`);
  await once(server, 'listening');
  await rig.serve(`--sockets=${rig.runDir}/front/docker-*.sock`);
  await daemon.container('heard', 0);
  await published(rig, 'auto.heard-2816');
  // That finds what comes next, too.
  await until('all are listed again after the event', () => lists >= 2);
  for (const mute of deafen) mute();
  await daemon.container('unheard', 1);
  expect(await rig.routers()).toEqual(['auto.heard-2816']);
  await published(rig, 'auto.heard-2816', 'auto.unheard-2816');
  for (const socket of open) socket.destroy();
  server.close();
});

test('what a daemon forgot to tell is found with what it tells next', async () => {
  await using rig = createRig();
  mkdirSync(rig.runDir);
  await using docker = await createFakeDocker(`${rig.runDir}/docker-2816.sock`);
  const [told, untold, next] = ['told', 'untold', 'next'].map(
    (name, slot): FakeContainer => ({
      id: String(slot).repeat(64),
      name,
      labels: { 'rediacc.service_name': name, 'rediacc.service_ip': serviceAddress(2816, slot) },
      exposed: [],
      state: 'running',
    }),
  ) as [FakeContainer, FakeContainer, FakeContainer];
  docker.show([told]);
  await rig.serve();
  await published(rig, 'auto.told-2816');
  docker.showSilently([untold]);
  docker.show([untold, next]);
  await published(rig, 'auto.next-2816', 'auto.untold-2816');
});

test('metrics, and a health check that a monitor can use', async () => {
  await using rig = createRig();
  const daemon = await rig.daemon(2816);
  await rig.serve();
  await rig.routers();
  const router = { host: '127.0.0.1', port: 7111 };
  expect(await get(router, '/health?strict', 5_000)).toMatchObject({ status: 200 });
  await daemon.container('web', 0);
  await daemon.container('typo', 1, '--label=traefik.enable=true', '--label=traefik.http.foo=1');
  await published(rig, 'auto.web-2816');
  await until('the problem is there', async () => (await rig.health()).problems === 1);
  const { body } = await get(router, '/metrics', 5_000);
  expect(body.split('\n')).toEqual(
    expect.arrayContaining([
      'rediacc_routers{protocol="http"} 1',
      'rediacc_routers{protocol="udp"} 0',
      'rediacc_services{protocol="http"} 1',
      'rediacc_problems{code="label-invalid"} 1',
      'rediacc_daemons{state="up"} 1',
      'rediacc_daemons{state="unreachable"} 0',
      'rediacc_containers 2',
      'rediacc_events_total 2',
      'rediacc_start_to_published_seconds_count 2',
      'rediacc_fetch_age_seconds Nan',
      expect.stringMatching(/^rediacc_revision_info\{revision="[0-9a-f]{12}"\} 1$/),
      expect.stringMatching(/^rediacc_rebuild_seconds_count \d+$/),
    ]),
  );

  daemon.dockerd.child.kill('SIGKILL');
  await until('it is degraded', async () => (await rig.health()).status === 'degraded');
  expect(await get(router, '/health', 5_000)).toMatchObject({ status: 200 });
  expect(await get(router, '/health?strict', 5_000)).toMatchObject({ status: 503 });
});

/** An answer to whatever was asked, and to a request for events one that is left open. */
function reply(socket: Socket, body: string): void {
  socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
}
