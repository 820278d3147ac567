import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './deployment.ts';

const FILES = '/var/lib/rediacc/repositories/2816/files/app';
const BASE = { 'compose.yml': 'services: {}\n', 'www/index.html': 'one\n', 'bin/run': '#!/bin/sh\n' };

let at: Deployment;
let folder: string;

beforeAll(async () => {
  at = await createDeployment(4);
  await at.repo('create', 'app', '--folder');
  folder = at.write('app', BASE);
});
afterAll(() => at[Symbol.asyncDispose]());

const there = (): Promise<string> =>
  at.server.sh(`cd ${FILES} && find . -mindepth 1 -printf '%P %y %m %l\\n' | sort`);

test('a push brings what there is, as it is', async () => {
  chmodSync(`${folder}/bin/run`, 0o775);
  symlinkSync('www/index.html', `${folder}/now`);
  chmodSync(at.write('app', { '.env': 'PASSWORD=x\n' }).concat('/.env'), 0o600);
  expect(await at.repo('push', folder, 'app')).toMatch(/^4 files brought, 0 removed, 0 as they were/);
  expect((await there()).split('\n')).toEqual([
    ...['.env f 600 ', 'bin d 755 ', 'bin/run f 755 ', 'compose.yml f 644 '],
    ...['now l 777 www/index.html', 'www d 755 ', 'www/index.html f 644'],
  ]);
  expect(await at.server.sh(`find ${FILES} ! -user root`)).toBe('');
});

test('only what has changed is brought, and a dry run says it before', async () => {
  expect((await at.tryRepo('push', folder, 'app', '--dry-run')).code).toBe(0);
  writeFileSync(`${folder}/www/index.html`, 'two\n');
  chmodSync(`${folder}/bin/run`, 0o644);
  const dry = await at.tryRepo('push', folder, 'app', '--dry-run');
  expect(dry).toMatchObject({ code: 3, stdout: 'bring bin/run\nbring www/index.html\n' });
  expect(await at.repo('push', folder, 'app')).toMatch(/^2 files brought, 0 removed, 5 as they were/);
  expect(await at.server.sh(`cat ${FILES}/www/index.html`)).toBe('two');
  expect(await at.repo('push', folder, 'app')).toMatch(/^0 files brought, 0 removed, 7 as they were/);
});

test('what containers have written is never touched', async () => {
  const { server, repo } = at;
  await server.sh(
    `mkdir ${FILES}/data && echo precious >${FILES}/data/db && echo upload >${FILES}/www/upload`,
  );
  rmSync(`${folder}/www`, { recursive: true });
  rmSync(`${folder}/now`);
  expect(await repo('push', folder, 'app')).toMatch(/^0 files brought, 3 removed/);
  expect(await server.sh(`cat ${FILES}/data/db ${FILES}/www/upload`)).toBe('precious\nupload');
  expect(await there()).not.toMatch(/index\.html|now/);
  at.write('app', { 'data/db': 'mine\n' });
  expect((await at.tryRepo('push', folder, 'app')).stderr).toContain(
    'data/db is there, and no push made it.\nTake over',
  );
});

test('what is ignored stays behind, and is not removed there', async () => {
  at.write('app', { '.rediaccignore': 'data/\n*.log\n', 'debug.log': 'x', 'src/x.ts': 'x' });
  at.write('app', { '.git/config': 'x', 'src/x.log': 'x', 'src/tmp/x': 'x' });
  await at.repo('push', folder, 'app', '--exclude', 'tmp');
  const found = await there();
  expect(found).toContain('src/x.ts f');
  expect(found).not.toMatch(/\.log|\.git|tmp|rediaccignore/);
  expect(await at.server.sh(`cat ${FILES}/data/db`)).toBe('precious');
});

test('what was edited on the server is not overwritten without a word', async () => {
  const { server, repo, tryRepo } = at;
  await server.sh(`echo edited >>${FILES}/compose.yml`);
  expect(await repo('push', folder, 'app').catch(String)).toContain('compose.yml was changed there since');
  writeFileSync(`${folder}/compose.yml`, 'services: {} # new\n');
  const { code, stderr } = await tryRepo('push', folder, 'app');
  expect(code).toBe(2);
  expect(stderr).toContain('compose.yml was changed there since the last push');
  await repo('push', folder, 'app', '--force');
  expect(await server.sh(`cat ${FILES}/compose.yml`)).toBe('services: {} # new');
  await server.sh(`echo edited >>${FILES}/src/x.ts`);
  rmSync(`${folder}/src`, { recursive: true });
  expect(await repo('push', folder, 'app')).toContain(
    'warning: src/x.ts was changed on the server, and stays',
  );
});

test("the server's slots stay", async () => {
  const { server, repo, tryRepo, write } = at;
  const slots = (all: object): string => JSON.stringify({ services: all });
  await repo('push', write('app', { '.rediacc.json': slots({ web: { slot: 3 } }) }), 'app');
  await repo('push', write('app', { '.rediacc.json': slots({ api: { slot: 1 } }) }), 'app');
  expect(JSON.parse(await server.sh(`cat ${FILES}/.rediacc.json`))).toEqual({
    services: { web: { slot: 3 }, api: { slot: 1 } },
  });
  const conflict = write('app', { '.rediacc.json': slots({ web: { slot: 4 } }) });
  expect((await tryRepo('push', conflict, 'app')).stderr).toContain(
    ".rediacc.json gives 'web' slot 4, where the server has slot 3 for it",
  );
  rmSync(`${folder}/.rediacc.json`);
});

test('a file takes the place of a folder, and the other way round', async () => {
  rmSync(`${folder}/bin`, { recursive: true });
  at.write('app', { bin: 'a file now\n' });
  rmSync(`${folder}/.env`);
  at.write('app', { '.env/one': 'a folder now\n' });
  await at.repo('push', folder, 'app');
  expect(await at.server.sh(`cat ${FILES}/bin ${FILES}/.env/one`)).toBe('a file now\na folder now');
});

test('a progress bar is shown on a terminal', async () => {
  at.write('app', { large: 'x'.repeat(3_000_000) });
  const shown = await at.workstation.onTerminal(`repo push -m server-1 ${folder} app`);
  expect(shown).toMatch(/pushing \[#+-*\] +\d+ %, \d of 3 MB/);
  expect(shown).toContain('1 files brought');
});

test('what is no folder, and who has no server, is told', async () => {
  const { tryRepo, workstation } = at;
  expect((await tryRepo('push', '/nowhere', 'app')).stderr).toContain('there is no folder /nowhere');
  expect((await tryRepo('push', folder, 'other')).stderr).toContain(
    "no repository 'other' on this server; there is app",
  );
  expect((await workstation.rdc('repo', 'push', folder, 'app', '-m', 'nobody')).code).toBe(2);
});
