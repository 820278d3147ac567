import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { recordPath, writeRecord } from '../../src/core/repository/record.ts';
import { createLab, type Lab } from './lab.ts';

/** A repository that counts as running; Compose needs no daemon to read a project. */
function repository(lab: Lab, files: Record<string, string>): string {
  const path = lab.write('app', files);
  mkdirSync(`${lab.runDir}/repositories`, { recursive: true });
  const record = {
    networkId: 2816,
    name: 'app',
    path,
    socket: `${lab.runDir}/docker-2816.sock`,
    stateDir: lab.stateDir,
  };
  writeFileSync(recordPath(lab.runDir, 2816), writeRecord(record));
  return path;
}

const compose = (lab: Lab, cwd: string, ...args: string[]) => lab.renet(['compose', '--', ...args], { cwd });
const service = '{ image: busybox }';

describe('renet compose refuses in one sentence', () => {
  test('a folder without a compose file', async () => {
    await using lab = createLab();
    const cwd = repository(lab, { Rediaccfile: '' });
    expect(await compose(lab, cwd, 'up')).toMatchObject({
      code: 2,
      stderr: `renet: there is no compose file in ${cwd} or above it (compose.yaml, compose.yml, docker-compose.yml, docker-compose.yaml).\nChange to the folder of a repository, or name the file: renet compose -- -f FILE … [no-compose-file]\n`,
    });
  });

  test('a folder that no daemon runs for, naming those that run', async () => {
    await using lab = createLab();
    repository(lab, {});
    const cwd = lab.write('other', { 'compose.yaml': `services: { a: ${service} }` });
    expect(await compose(lab, cwd, 'up')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        `no Docker daemon runs for ${cwd}; repositories that run: app (${lab.folder}/app)`,
      ),
    });
    expect((await lab.renet(['compose', '--network-id', '17', '--', 'up'])).stderr).toContain(
      "'17' is no network id",
    );
  });

  test('a damaged .rediacc.json, which stays as it is', async () => {
    await using lab = createLab();
    for (const [text, reason] of [
      ['{"services": {"a": {"slot": 0},}}', 'line 1 is not JSON'],
      ['{"services": {"a": {"slot": 61}}}', 'services.a.slot is 61, but slots are 0 to 60'],
      ['{"services": {"a": {"slot": 3}, "b": {"slot": 3}}}', "the services 'a' and 'b' both have slot 3"],
    ] as const) {
      const cwd = repository(lab, { 'compose.yaml': `services: { new: ${service} }`, '.rediacc.json': text });
      const { code, stderr } = await compose(lab, cwd, 'up');
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringContaining(`${cwd}/.rediacc.json: ${reason}`),
      });
      expect(readFileSync(`${cwd}/.rediacc.json`, 'utf8')).toBe(text);
    }
  });

  test('the 62nd service, by name, and writes nothing', async () => {
    await using lab = createLab();
    const services = Array.from({ length: 62 }, (_, i) => `s${String(i).padStart(2, '0')}: ${service}`);
    const cwd = repository(lab, { 'compose.yaml': `services: { ${services.join(', ')} }` });
    expect((await compose(lab, cwd, 'up')).stderr).toContain("no address is left for the service 's61'");
    expect(() => readFileSync(`${cwd}/.rediacc.json`)).toThrow();
  });

  test('two services with one variable', async () => {
    await using lab = createLab();
    const cwd = repository(lab, { 'compose.yaml': `services: { my-app: ${service}, my_app: ${service} }` });
    expect((await compose(lab, cwd, 'up')).stderr).toContain(
      "the services 'my-app' and 'my_app' both give the variable MY_APP_IP",
    );
  });

  test('replicas, in the file and by --scale', async () => {
    await using lab = createLab();
    const cwd = repository(lab, {
      'compose.yaml': `services: { web: { image: busybox, deploy: { replicas: "$\{N:-3}" } }, db: ${service} }`,
    });
    expect(await compose(lab, cwd, 'up', '-d')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        "the compose file asks for 3 containers of the service 'web', but a service has one address",
      ),
    });
    expect((await compose(lab, cwd, 'up', '--scale', 'web=1', '--scale', 'db=2')).stderr).toContain(
      '--scale asks for 2',
    );
    expect((await compose(lab, cwd, 'scale', 'web=4')).stderr).toContain('--scale asks for 4');
    expect((await compose(lab, cwd, 'config', '--services')).code).toBe(0);
  });

  test('a compose file on standard input', async () => {
    await using lab = createLab();
    const cwd = repository(lab, { Rediaccfile: '' });
    expect((await compose(lab, cwd, '-f', '-', 'up')).stderr).toContain('can be read only once');
  });
});

test('an error in the compose file is told in the words of Compose, with its exit code', async () => {
  await using lab = createLab();
  const cwd = repository(lab, { 'compose.yaml': 'services: { web: { image: busybox, no_such_key: 1 } }' });
  const { code, stderr } = await compose(lab, cwd, 'up');
  expect(stderr).toMatch(/no_such_key/);
  expect(stderr).not.toMatch(/renet/);
  expect(code).toBe(15);
  const required = repository(lab, {
    'compose.yaml': 'services: { web: { image: "${NOT_SET:?say which}" } }',
  });
  expect((await compose(lab, required, 'up')).stderr).toContain('NOT_SET is missing a value: say which');
});

describe('renet local refuses in one sentence', () => {
  test('a folder without a repository', async () => {
    await using lab = createLab();
    lab.write('empty', { 'notes.txt': '' });
    expect(await lab.renet(['local', 'empty'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'there is no repository in empty: neither it nor a folder in it has one of',
      ),
    });
    expect((await lab.renet(['local', 'nowhere'])).stderr).toContain(
      'there is no repository in nowhere: it is no folder',
    );
  });

  test('ports that others have, naming them', async () => {
    await using lab = createLab();
    lab.write('app', { 'compose.yaml': `services: { web: ${service} }` });
    const holder = createServer().listen(443, '0.0.0.0');
    await once(holder, 'listening');
    const { code, stderr } = await lab.renet(['local', `--state-dir=${lab.stateDir}`, 'app']);
    holder.close();
    expect(code).toBe(2);
    expect(stderr).toContain(
      `port 443 on 127.0.0.1 is taken by node-MainThread (process ${process.pid}), which listens on all addresses`,
    );
    expect(stderr).toContain('choose another port with --https-port. [port-taken]');
  });

  test('bad options', async () => {
    await using lab = createLab();
    expect((await lab.renet(['local', '--http-port', '0'])).stderr).toContain("--http-port '0' is no port");
    expect(
      (await lab.renet(['router', 'serve', `--state-dir=${lab.stateDir}`, '--sockets', '/x/docker.sock']))
        .stderr,
    ).toContain('must have one *');
    expect((await lab.renet(['router', 'serve', '--listen', 'nowhere'])).stderr).toContain(
      'is not an address and a port',
    );
    expect((await lab.renet(['no-such-command'])).code).toBe(2);
  });

  test.each([
    ['dockerd', undefined, 'Docker is missing: there is no dockerd on the PATH', 'docker-missing'],
    [
      'dockerd',
      'Docker version 19.03.15, build 99e3ed8',
      'Docker 19.03.15 is too old: it must be 20.10 or newer',
      'docker-too-old',
    ],
    ['docker', '2.23.3', 'Docker Compose 2.23.3 is too old: it must be 2.24.4 or newer', 'compose-too-old'],
    ['docker', '', "Docker Compose is missing: 'docker compose version --short' fails", 'docker-missing'],
    [
      'traefik',
      'Version:      2.11.0',
      'Traefik 2.11.0 is too old: it must be 3.7.12 or newer',
      'traefik-too-old',
    ],
    ['bpftool', undefined, 'bpftool is missing: there is no bpftool on the PATH', 'isolation-unavailable'],
    [
      'bpftool',
      'bpftool v5.10.0',
      'bpftool 5.10.0 is too old: it must be 7.1 or newer',
      'isolation-unavailable',
    ],
  ])('%s that prints %s', async (name, prints, ...[sentence, code]) => {
    await using lab = createLab();
    const bin = lab.write('bin', {
      dockerd: '#!/bin/sh\necho Docker version 26.1.5, build x\n',
      docker: '#!/bin/sh\necho 2.26.1\n',
      traefik: '#!/bin/sh\necho Version: 3.7.15\n',
      bpftool: '#!/bin/sh\necho bpftool v7.1.0\n',
      ...(prints === undefined ? {} : { [name]: `#!/bin/sh\necho ${prints}\n` }),
    });
    for (const program of ['dockerd', 'docker', 'traefik', 'bpftool']) {
      if (prints !== undefined || program !== name) chmodSync(`${bin}/${program}`, 0o755);
    }
    lab.write('app', { 'compose.yaml': `services: { web: ${service} }` });
    const { code: exit, stderr } = await lab.renet(['local', 'app'], {
      environment: { PATH: `${bin}:/bin` },
    });
    expect(exit).toBe(2);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain(`[${code}]`);
  });
});
