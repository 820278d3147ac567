import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../live/lab.ts';
import { createDeployment, type Deployment } from './deployment.ts';

const FILES = '/var/lib/rediacc/repositories/2816/files/app';

let at: Deployment;

beforeAll(async () => {
  at = await createDeployment(2);
  await at.repo('create', 'app', '--folder');
  await at.server.load(2816, 'hello');
});
afterAll(() => at[Symbol.asyncDispose]());

/** Brings files there, instead of those of the test before, and calls the functions. */
async function up(files: Readonly<Record<string, string>>, ...options: string[]) {
  const name = `app-${Object.keys(files).length}-${Math.random()}`;
  await at.repo('push', at.write(name, files), 'app', '--force');
  return at.tryRepo('up', 'app', '--wait-timeout', '4s', ...options);
}

const PAGE = `services:
  web:
    image: busybox
    init: true
    command: httpd -f -p \${WEB_IP}:80
`;

test('all prepare first, the own folder leads, and down goes the other way', async () => {
  const say = (name: string): string =>
    ['prep', 'up', 'down'].map((word) => `${word}() { echo ${name} ${word} in $PWD; }`).join('\n');
  const files = {
    Rediaccfile: say('root'),
    'b/Rediaccfile': say('b'),
    'a/Rediaccfile': `${say('a')}\nunset -f prep`,
    'c/notes.txt': 'no Rediaccfile here',
  };
  const { stdout } = await up(files, '--no-wait');
  const lines = stdout.split('\n').filter((line) => line.includes('|'));
  expect(lines).toEqual([
    `app | root prep in ${FILES}`,
    `app/b | b prep in ${FILES}/b`,
    `app | root up in ${FILES}`,
    `app/a | a up in ${FILES}/a`,
    `app/b | b up in ${FILES}/b`,
  ]);
  const down = await at.repo('down', 'app');
  expect(down.split('\n').filter((line) => line.includes('|'))).toEqual([
    `app/b | b down in ${FILES}/b`,
    `app/a | a down in ${FILES}/a`,
    `app | root down in ${FILES}`,
  ]);
});

test('a compose file alone is enough', async () => {
  const { code, stdout } = await up({ 'compose.yml': PAGE });
  expect(stdout).toMatch(/^https:\/\/web-2816\.server-1\.test +404 +/m);
  expect(code).toBe(0);
  await at.repo('down', 'app');
});

test('a root that fails is the end; a folder that fails is told, and the rest goes on', async () => {
  const failing = await up({ Rediaccfile: 'up() { echo before; false; echo after; }', 'compose.yml': PAGE });
  expect(failing.code).toBe(1);
  expect(failing.stderr).toContain('app: up() failed with exit code 1');
  expect(failing.stdout).toContain('app | before');
  expect(failing.stdout).not.toContain('after');
  expect(await at.repo('list')).toMatch(/^app .* half up /m);

  const folder = {
    'a/Rediaccfile': 'prep() { exit 3; }\nup() { echo never; }',
    'b/Rediaccfile': 'up() { echo b; }',
  };
  const partly = await up({
    ...folder,
    Rediaccfile: 'up() { renet compose -- up -d; }',
    'compose.yml': PAGE,
  });
  expect(partly.code).toBe(1);
  expect(partly.stdout).toContain('wrong: app/a: prep() failed with exit code 3');
  expect(partly.stdout).toContain('app/b | b');
  expect(partly.stdout).not.toContain('never');
  expect(partly.stdout).toMatch(/^web +0 +127\.0\.11\.2 +running/m);
});

test('a function that hangs ends, with all that it has begun', async () => {
  const { code, stderr } = await up(
    { Rediaccfile: 'up() { sleep 1234 & sleep 1234; }' },
    ...['--timeout', '1s'],
  );
  expect(code).toBe(1);
  expect(stderr).toContain('app: up() has not ended in 1 s (--timeout)');
  expect((await at.server.try('pgrep -fx "sleep 1234"')).stdout).toBe('');
});

test.each([
  ['docker compose up -d', 'Write: renet compose -- up -d [plain-compose]'],
  ['docker --log-level error compose ps', 'Write: renet compose -- ps [plain-compose]'],
  ['docker-compose up', 'Write: renet compose -- up [plain-compose]'],
  ['sudo docker ps', 'Write it without sudo. [sudo-docker]'],
  ['sudo -E /usr/bin/docker compose up', 'Write it without sudo. [sudo-docker]'],
])("'%s' is refused with the right way shown", async (command, right) => {
  const { code, stdout } = await up({ Rediaccfile: `up() { ${command}; }` });
  expect(code).toBe(1);
  expect(stdout).toContain(right);
});

test('docker is docker, and what it is asked for is of this repository', async () => {
  const script = 'up() { docker info --format "{{.DockerRootDir}}"; sudo true; docker version --format ok; }';
  const { stdout } = await up({ Rediaccfile: script }, '--no-wait');
  expect(stdout).toContain('app | /var/lib/rediacc/repositories/2816/docker\n');
  expect(stdout).toContain('app | ok');
});

test("nothing of the caller's environment is there", async () => {
  const { workstation, server } = at;
  await workstation.rdcOk(
    'repo',
    'push',
    '-m',
    'server-1',
    at.write('env', { Rediaccfile: 'up() { env; }' }),
    'app',
    '--force',
  );
  const { stdout } = await server.try('SECRET=hunter2 SSH_AUTH_SOCK=/x renet repo up app --no-wait');
  expect(stdout).not.toMatch(/hunter2|SSH_/);
  const names = stdout.split('\n').flatMap((line) => /^app \| ([A-Z_]+)=/.exec(line)?.[1] ?? []);
  expect(names.sort()).toEqual([
    ...['DOCKER_HOST', 'HOME', 'INVOCATION_ID', 'LANG', 'PATH', 'PWD', 'REPOSITORY_NAME'],
    ...['REPOSITORY_NETWORK_ID', 'REPOSITORY_PATH', 'SHLVL', 'WEB_IP', '_'],
  ]);
});

test('root runs nothing that others could have written', async () => {
  const { server, tryRepo } = at;
  await server.sh(`chmod g+w ${FILES}/Rediaccfile`);
  expect((await tryRepo('up', 'app')).stderr).toContain('others may write to it');
  await server.sh(`chmod g-w ${FILES}/Rediaccfile && chown nobody ${FILES}`);
  expect((await tryRepo('up', 'app')).stderr).toMatch(/belongs to user 65534\.\n.*\[repository-not-owned\]/);
  await server.sh(`chown root ${FILES}`);
});

test('root runs nothing that a container could have written, also after that is gone', async () => {
  const { server, tryRepo } = at;
  const others = './page:/page:ro, /etc/localtime:/etc/localtime:ro';
  const data = `${PAGE}    volumes: [./data:/data, ${others}]\n`;
  const files = { 'compose.yml': data, 'data/.keep': '', 'page/.keep': '' };
  expect(await up(files)).toMatchObject({ code: 0 });
  const script = "echo 'up() { touch /run/taken; }' >/data/Rediaccfile";
  await at.repo('exec', 'app', 'web', '--', 'sh', '-c', script);
  for (const verb of ['up', 'down'])
    expect((await tryRepo(verb, 'app')).stderr).toMatch(
      /data\/Rediaccfile would be run as root, and containers could write to \S+\/data, .*\n.*\[repository-not-owned\]/,
    );
  await server.sh('docker -H unix:///run/rediacc/docker-2816.sock rm --force app-web-1');
  expect((await tryRepo('up', 'app')).stderr).toContain('[repository-not-owned]');
  expect((await server.try('test -e /run/taken')).code).not.toBe(0);
  const list = '/var/lib/rediacc/repositories/2816/writable';
  expect(await server.sh(`cat ${list}`)).toBe(`${FILES}/data`);
  await server.sh(`rm ${FILES}/data/Rediaccfile`);
  await at.repo('up', 'app');
  const whole = data.replace('./data', '.');
  const { stdout } = await up({ 'compose.yml': whole, Rediaccfile: 'up() { renet compose -- up -d; }' });
  expect(stdout).toContain(`with what root runs (${FILES}/Rediaccfile): use :ro [path:${FILES}]`);
});

test('what does not answer is a failure when it was asked for, and a warning when it was not', async () => {
  const label = (text: string): string => `${PAGE}    labels:\n      - ${text}\n`;
  const wrongPort = label('rediacc.service_port=81');
  const failing = await up({ 'compose.yml': wrongPort });
  expect(failing.code).toBe(1);
  expect(failing.stdout).toContain(
    'wrong: https://web-2816.server-1.test is not answered: nothing answers on http://127.0.11.2:81',
  );
  const unpromised = PAGE.replace(':80', ':82');
  const warned = await up({ 'compose.yml': unpromised });
  expect(warned.code).toBe(0);
  expect(warned.stdout).toContain(
    'warning: https://web-2816.server-1.test is not answered: nothing answers on',
  );
  const internal = await up({ 'compose.yml': label('traefik.enable=false') });
  expect(internal).toMatchObject({ code: 0 });
  expect(internal.stdout).not.toContain('https://');
});

test('a container that ends again and again shows its last lines; a wrong label is told', async () => {
  const dying = PAGE.replace(/command:.*/, 'command: sh -c "echo no config; exit 3"\n    restart: always');
  const { code, stdout } = await up({ 'compose.yml': dying }, '--wait-timeout', '30s');
  expect(code).toBe(1);
  expect(stdout).toMatch(/wrong: app-web-1 ends again and again \(\d+ times, exit code 3\)/);
  expect(stdout).toMatch(/The last lines of app-web-1:\n {2}no config/);
  const wrong = `${PAGE}    labels:\n      - traefik.enable=true\n      - traefik.http.routers.web.rule=Host(\n`;
  const port = '      - traefik.http.services.web.loadbalancer.server.port=80\n';
  const labelled = await up({ 'compose.yml': `${wrong}${port}` });
  expect(labelled.code).toBe(1);
  expect(labelled.stdout).toContain('problem: app-web-1: traefik.http.routers.web.rule=Host(:');
  expect(labelled.stdout).toContain('wrong: the labels of app-web-1: ');
});

test('an address stays taken until somebody says that its service is gone', async () => {
  const { repo, tryRepo } = at;
  await up({ 'compose.yml': PAGE });
  expect((await tryRepo('release', 'app', 'web')).stderr).toContain('[address-in-use]');
  expect((await tryRepo('release', 'app', 'old')).stderr).toContain('There is web. [service-unknown]');
  await repo('down', 'app');
  expect(await repo('release', 'app', 'web')).toBe('127.0.11.2 (slot 0) is free; it was that of web\n');
  const next = await up({ 'compose.yml': PAGE.replace('web:', 'next:').replace('WEB_IP', 'NEXT_IP') });
  expect(next.stdout).toMatch(/^next +0 +127\.0\.11\.2 /m);
});

test('two at once: one waits for the other', async () => {
  const files = { Rediaccfile: 'up() { sleep 1; renet compose -- up -d; }', 'compose.yml': PAGE };
  await at.repo('push', at.write('twice', files), 'app', '--force');
  const both = await Promise.all([1, 2].map(() => at.tryRepo('up', 'app')));
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.map(({ stdout }) => stdout.includes("at work on 'app': waiting")).sort()).toEqual([
    false,
    true,
  ]);
  await until('it is up', async () => (await at.repo('list')).includes(' up '));
});
