import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/edges/process.ts';
import { createLab, type Lab, RENET, until } from './lab.ts';

const FEATURES = {
  '.env': 'TAG=latest\nREPLICAS=1\nGREETING=from the env file\n',
  'web.env': 'FROM_ENV_FILE=yes\n',
  'secret.txt': 'hush',
  'base.yml': `
services:
  base:
    image: busybox:\${TAG}
    init: true
    restart: unless-stopped
    environment: { FROM_BASE: "yes" }
    labels: { base: "1" }
    ports: ["9000:9000"]
`,
  'more/compose.yml': `
services:
  included:
    image: busybox
    init: true
    command: sleep 1000
`,
  'extra.yml': `
services:
  web:
    environment: { FROM_SECOND_FILE: "yes" }
    ports: ["8443:443"]
`,
  'build/Dockerfile':
    'FROM busybox\nARG WHO\nRUN echo "built for $WHO" > /built && test -e /sys/class/net/lo\n',
  'docker-compose.yml': `
x-logging: &logging
  logging: { driver: json-file, options: { max-size: 1m } }
include:
  - more/compose.yml
services:
  web:
    extends: { file: base.yml, service: base }
    <<: *logging
    command: ["httpd", "-f", "-p", "\${WEB_IP:?the address of web}:80"]
    env_file: web.env
    environment:
      DATABASE: postgresql://\${MAIN_DB_IP}/app
      GREETING:
      PRICE: "5$$"
    ports: ["8080:80", "127.0.0.1:53:53/udp", { target: 81, published: "8081", protocol: tcp, mode: host }]
    expose: ["80", "3000-3001"]
    networks:
      front: { aliases: [www] }
      back: { ipv4_address: 10.9.0.5 }
    links: ["main-db:database"]
    depends_on: { cache: { condition: service_healthy } }
    extra_hosts: ["nas:10.0.0.5", "host.docker.internal:host-gateway"]
    hostname: web-host
    dns: [10.0.0.53]
    sysctls: { net.core.somaxconn: 1024 }
    ulimits: { nofile: { soft: 1024, hard: 2048 } }
    secrets: [token]
    configs: [{ source: motd, target: /etc/motd }]
    volumes: ["data:/data", "./build:/src:ro", { type: tmpfs, target: /scratch }]
    labels: ["traefik.enable=true", "rediacc.service_ip=9.9.9.9", "note=\${GREETING}"]
    deploy: { replicas: "\${REPLICAS}", resources: { limits: { memory: 64M } } }
  main-db:
    image: busybox
    init: true
    command: sleep 1000
    network_mode: bridge
    container_name: the-db
  cache:
    image: busybox
    init: true
    command: sh -c 'echo cache is there; exec sleep 1000'
    mac_address: 02:42:ac:11:00:03
    healthcheck: { test: ["CMD", "true"], interval: 1s }
  built:
    build: { context: build, args: { WHO: "\${GREETING}" } }
    init: true
    command: sleep 1000
  debug:
    profiles: [debug]
    image: busybox
    init: true
    env_file: not-there.env
    command: sleep 1000
  offline:
    image: busybox
    init: true
    command: sleep 1000
    network_mode: none
networks: { front: {}, back: { ipam: { config: [{ subnet: 10.9.0.0/24 }] } } }
volumes: { data: {} }
secrets: { token: { file: secret.txt } }
configs: { motd: { content: "welcome" } }
`,
};

type Model = { services: Record<string, Record<string, unknown>> } & Record<string, unknown>;

let lab: Lab;
let cwd: string;

beforeAll(async () => {
  lab = createLab();
  cwd = lab.write('features', FEATURES);
  await lab.local(cwd);
  await lab.load(2816, 'hello');
});

afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const socket = () => `unix://${lab.runDir}/docker-2816.sock`;
const renet = (...args: string[]) => lab.renet(['compose', '--', ...args], { cwd });

/** What Compose itself makes of the files, given the addresses. */
async function plainModel(...args: string[]): Promise<Model> {
  const slots = JSON.parse(readFileSync(`${cwd}/.rediacc.json`, 'utf8')).services as Record<
    string,
    { slot: number }
  >;
  const addresses = Object.entries(slots).map(([name, { slot }]) => [
    `${name.toUpperCase().replace('-', '_')}_IP`,
    `127.0.11.${slot + 2}`,
  ]);
  const { stdout, stderr } = await run(['docker', 'compose', ...args, 'config', '--format', 'json'], {
    cwd,
    environment: { ...process.env, DOCKER_HOST: socket(), ...Object.fromEntries(addresses) },
  } as Parameters<typeof run>[1]);
  return JSON.parse(stdout || `"${stderr}"`) as Model;
}

/** A service without what renet is there to change. */
function unchangedPart(service: Record<string, unknown>): Record<string, unknown> {
  const {
    network_mode: _,
    networks: __,
    ports: ___,
    links: ____,
    sysctls: _____,
    mac_address: ______,
    expose: _______,
    ...rest
  } = service;
  const environment = { ...(rest['environment'] as object | undefined) } as Record<string, unknown>;
  delete environment['SERVICE_IP'];
  const labels = Object.entries((rest['labels'] ?? {}) as object).filter(
    ([label]) => !label.startsWith('rediacc.'),
  );
  const volumes = ((rest['volumes'] ?? []) as { target: string }[]).filter(
    ({ target }) => target !== '/etc/hosts',
  );
  const { network: ________, ...build } = (rest['build'] ?? {}) as Record<string, unknown>;
  return { ...rest, environment, labels: Object.fromEntries(labels), volumes, build };
}

/** How a command ends when Ctrl-C comes after it has printed something. */
type Interrupted = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  /** What of the command runs, and gets the signal. */
  readonly programs: readonly string[];
};

/** Sends Ctrl-C once a text is printed. */
async function interrupted([file = '', ...args]: string[], text: string): Promise<Interrupted> {
  const child = spawn(file, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, DOCKER_HOST: socket() },
  });
  const ended = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  await until(
    () => `${args.join(' ')} prints ${text}, not ${output}`,
    () => output.includes(text),
  );
  const group = child.pid ?? 0;
  const { stdout } = await run(['ps', '-o', 'comm=', '-g', String(group)]);
  // As a terminal does it: to all of the foreground process group.
  process.kill(-group, 'SIGINT');
  const [code, signal] = await ended;
  return { code, signal, output, programs: stdout.trim().split('\n').sort() };
}

describe('a compose file with every feature', () => {
  test('keeps its meaning but for what the host network changes', async () => {
    const ours = JSON.parse(
      (await renet('-f', 'docker-compose.yml', '-f', 'extra.yml', 'config', '--format', 'json')).stdout,
    ) as Model;
    const plain = await plainModel('-f', 'docker-compose.yml', '-f', 'extra.yml');
    expect(Object.keys(ours.services).sort()).toEqual([
      'built',
      'cache',
      'included',
      'main-db',
      'offline',
      'web',
    ]);
    expect(Object.keys(plain.services).sort()).toEqual(Object.keys(ours.services).sort());
    for (const [name, service] of Object.entries(ours.services)) {
      expect(unchangedPart(service), name).toEqual(unchangedPart(plain.services[name] ?? {}));
      for (const gone of ['ports', 'networks', 'links']) {
        if (name !== 'offline') expect(service, `${name}.${gone}`).not.toHaveProperty(gone);
      }
      expect(service['network_mode'], name).toBe(name === 'offline' ? 'none' : 'host');
    }
    const web = ours.services['web'];
    expect(web).toMatchObject({
      environment: {
        SERVICE_IP: '127.0.11.8',
        DATABASE: 'postgresql://127.0.11.6/app',
        GREETING: 'from the env file',
        FROM_SECOND_FILE: 'yes',
        FROM_ENV_FILE: 'yes',
        FROM_BASE: 'yes',
      },
      labels: {
        base: '1',
        'traefik.enable': 'true',
        note: 'from the env file',
        'rediacc.service_ip': '127.0.11.8',
        'rediacc.service_name': 'web',
        'rediacc.network_id': '2816',
      },
      depends_on: { cache: { condition: 'service_healthy' }, 'main-db': { condition: 'service_started' } },
    });
    expect(web).toMatchObject({ expose: ['80', '3000-3001', '9000', '53/udp', '81', '443'] });
    expect(web).not.toHaveProperty('sysctls');
    expect(ours.services['built']).toMatchObject({ build: { network: 'host' } });
    expect({ ...ours, services: null, networks: null }).toEqual({ ...plain, services: null, networks: null });
  });

  test('runs, and what is left out is said once', async () => {
    const { code, stderr } = await renet('up', '-d', '--build', '--wait');
    expect(code, stderr).toBe(0);
    const said = stderr.split('\n').filter((line) => line.startsWith('renet:'));
    expect(said).toEqual([
      expect.stringMatching(
        /^renet: web \(9000:9000, 8080:80, 53:53\/udp, 8081:81\): ports are not published/,
      ),
      expect.stringMatching(/^renet: web \(back, front\): networks are left out/),
      expect.stringMatching(/^renet: main-db \(network_mode: bridge\): network_mode is host instead/),
      expect.stringMatching(/^renet: web \(rediacc.service_ip\): labels that renet injects/),
      expect.stringMatching(/^renet: web \(net.core.somaxconn\): sysctls of the network/),
      expect.stringMatching(/^renet: cache \(mac_address\): it is left out/),
    ]);
    const inside = await renet(
      'exec',
      '-T',
      'web',
      'sh',
      '-c',
      'cat /etc/hosts /etc/motd /run/secrets/token; echo "$PRICE"; wget -qO- main-db:1 || wget -qO- http://$SERVICE_IP/etc/motd',
    );
    expect(inside.stdout).toMatch(/127\.0\.11\.6\tdatabase\n/);
    expect(inside.stdout).toMatch(/127\.0\.0\.1\thost\.docker\.internal\n10\.0\.0\.5\tnas\n/);
    expect(inside.stdout).toMatch(/127\.0\.11\.6\tmain-db the-db\n/);
    expect(inside.stdout).toMatch(/127\.0\.11\.8\tweb-host\n/);
    expect(inside.stdout).toContain('welcome');
    expect(inside.stdout).toContain('hush');
    expect(inside.stdout).toContain('5$\n');
    expect((await renet('exec', '-T', 'built', 'cat', '/built')).stdout).toBe(
      'built for from the env file\n',
    );
  });

  test('a second up has nothing to do', async () => {
    const before = (await renet('ps', '-q')).stdout;
    expect((await renet('up', '-d')).code).toBe(0);
    expect((await renet('ps', '-q')).stdout).toBe(before);
  });

  test('a profile adds its service by name or by option, and no container is made anew for its name to resolve', async () => {
    lab.write('features', { 'not-there.env': 'A=1\n' });
    const before = (await renet('ps', '-q', 'web', 'main-db')).stdout;
    expect((await renet('--profile', 'debug', 'up', '-d')).code).toBe(0);
    expect((await renet('ps', '--services')).stdout).toContain('debug');
    lab.write('features', {
      'docker-compose.yml': `${FEATURES['docker-compose.yml'].replace('\nnetworks:', '\n  late: { image: busybox, init: true, command: sleep 1000 }\nnetworks:')}`,
    });
    expect((await renet('up', '-d', 'late')).code).toBe(0);
    expect((await renet('exec', '-T', 'web', 'cat', '/etc/hosts')).stdout).toContain('\n127.0.11.9\tlate\n');
    expect((await renet('ps', '-q', 'web', 'main-db')).stdout).toBe(before);
  });
});

describe('every sub-command is passed through', () => {
  test('exit codes of exec and run', async () => {
    expect((await renet('exec', '-T', 'web', 'sh', '-c', 'exit 7')).code).toBe(7);
    expect(
      await renet('run', '--rm', '-T', 'cache', 'sh', '-c', 'echo out; echo err >&2; exit 9'),
    ).toMatchObject({
      code: 9,
      stdout: 'out\n',
      stderr: expect.stringContaining('err'),
    });
  });

  test('Compose reports its own errors, with its own exit code', async () => {
    const plain = await run(['docker', 'compose', 'up', '--no-such-flag'], { cwd });
    expect(await renet('up', '--no-such-flag')).toMatchObject({
      code: plain.code,
      stderr: expect.stringContaining('unknown flag'),
    });
    expect((await renet('pull', 'web')).code).not.toBe(0);
    expect((await renet('no-such-command')).code).not.toBe(0);
  });

  test('a terminal stays a terminal, with colours', async () => {
    const words = `${RENET} --run-dir=${lab.runDir} compose --`;
    const script = (command: string) =>
      run(['script', '-qec', command, '/dev/null'], { cwd, environment: { ...process.env, TERM: 'xterm' } });
    expect(
      (await script(`${words} exec web sh -c 'test -t 0 && test -t 1 && echo terminal'`)).stdout,
    ).toContain('terminal');
    expect((await script(`${words} logs --tail 1 web cache; true`)).code).toBe(0);
    const colours = await script(`${words} ps --format '{{.Name}}' && ${words} restart -t 0 cache`);
    expect(colours.stdout).toContain('\u001b[');
  });

  test('Ctrl-C ends logs -f and up as it ends those of plain docker compose', async () => {
    const plain = ['docker', 'compose', '-f', 'more/compose.yml', '-p', 'features'];
    const ours = [RENET, `--run-dir=${lab.runDir}`, 'compose', '--'];
    await renet('exec', '-T', 'included', 'sh', '-c', 'echo line >/proc/1/fd/1');
    const { code, signal, programs } = await interrupted([...plain, 'logs', '-f', 'included'], 'line');
    const logs = await interrupted([...ours, 'logs', '-f', 'included'], 'line');
    // Docker alone: nothing of ours is left that could send the signal on, which would be a second one and kill.
    expect(logs).toMatchObject({ code, signal, programs });
    await renet('stop', 'cache');
    // The service's own line: a Ctrl-C between "Attaching" and the start makes Compose 2.26 hang.
    const up = await interrupted([...ours, 'up', 'cache'], '| cache is there');
    // One in seven times Compose 2.26 ends with a panic of its own (docker/compose#11710).
    const isPanic = up.output.includes('panic: close of closed channel');
    expect(up).toMatchObject({ code: isPanic ? 2 : 130, signal: null, programs });
    // One in forty times it takes one Ctrl-C as two, and kills: it hears it as a signal and by its context, in any order.
    const exit = (await renet('ps', '-a', 'cache', '--format', '{{.ExitCode}}')).stdout;
    expect(['143\n', '137\n']).toContain(exit);
  });

  test('COMPOSE_FILE, from the environment and from .env, and a sub-folder', async () => {
    const services = async (environment: Record<string, string>, folder = cwd) =>
      (
        await lab.renet(['compose', '--', 'config', '--services'], { cwd: folder, environment })
      ).stdout.trim();
    expect(await services({ COMPOSE_FILE: 'more/compose.yml' })).toBe('included');
    expect(await services({}, `${cwd}/more`)).toBe('included');
    lab.write('features', {
      'build/.env': 'COMPOSE_FILE=../more/compose.yml\n',
      'build/compose.yaml': 'services: {}',
    });
    expect(await services({}, `${cwd}/build`)).toBe('included');
  });

  test('down takes everything with it', async () => {
    expect((await renet('--profile', '*', 'down', '-v', '-t', '0')).code).toBe(0);
    expect((await renet('ps', '-qa')).stdout).toBe('');
  });
});

test('two runs at once give each service a slot of its own', async () => {
  const service = '{ image: busybox }';
  const files = Array.from(
    { length: 6 },
    (_, i) => [`f${i}.yml`, `services: { s${i}: ${service}, t${i}: ${service} }`] as const,
  );
  lab.write('features', Object.fromEntries(files));
  const results = await Promise.all(files.map(([file]) => renet('-f', file, 'config', '--quiet')));
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
  const { services } = JSON.parse(readFileSync(`${cwd}/.rediacc.json`, 'utf8'));
  const slots = Object.values<{ slot: number }>(services).map(({ slot }) => slot);
  expect(slots).toHaveLength(20);
  expect([...slots].sort((a, b) => a - b)).toEqual(slots.map((_, i) => i));
});
