import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certificateCommand } from '../../src/core/traefik/default-certificate.ts';
import { ask, overTcp, overTls, overUdp } from './clients.ts';
import { createLab, type Lab, ROOT, routerJson, routes, until } from './lab.ts';
import { loginServer, pageServer, standIn, tcpEcho, tlsPageServer, tlsServer, udpEcho } from './stand-ins.ts';

/** Every compose file in docs/labels.md, as it stands there, under the heading that it has. */
const RECIPES = new Map(
  [
    ...readFileSync(join(ROOT, 'docs/labels.md'), 'utf8').matchAll(
      /^### ([^\n]*)\n(?:(?!###).)*?```yaml\n(.*?)```/gms,
    ),
  ].map(([, title = '', text = '']) => [title, text]),
);

/** What stands in for images that only a registry has, and what a user then sees. */
type Check = { standIns: () => string[]; see: () => Promise<void> };

const answers = (host: string, status = 200, headers: Record<string, string> = {}) =>
  until(
    `${host} answers ${status}`,
    async () => (await ask(host, { headers }).catch(() => undefined))?.status === status,
  );

/** The first answer; before the router is there, there is none. */
async function answer<T>(attempt: () => Promise<T>): Promise<T | undefined> {
  let got: T | undefined;
  await until('there is an answer', async () => {
    got = await attempt().catch(() => undefined);
    return got !== undefined;
  });
  return got;
}

const CHECKS: Readonly<Record<string, Check>> = {
  'A domain of your own': {
    standIns: () => [standIn('web', pageServer(80))],
    see: async () => {
      await answers('example.com');
      expect(await ask('www.example.com', { path: '/x' })).toMatchObject({
        status: 200,
        body: 'www.example.com /x 0 user=None',
      });
    },
  },
  'A password and security headers': {
    standIns: () => [standIn('admin', pageServer(80))],
    see: async () => {
      await answers('admin.example.com', 401);
      const seen = { 'strict-transport-security': 'max-age=31536000', 'x-frame-options': 'DENY' };
      // The chain's first member has its say also where the second refuses.
      expect(await ask('admin.example.com')).toMatchObject({ status: 401, headers: seen });
      const authorization = `Basic ${btoa('me:secret')}`;
      await answers('admin.example.com', 200, { authorization });
      expect(await ask('admin.example.com', { headers: { authorization } })).toMatchObject({
        status: 200,
        headers: seen,
      });
    },
  },
  'An upload limit': {
    standIns: () => [standIn('files', pageServer(80))],
    see: async () => {
      await answers('files.example.com');
      expect(await ask('files.example.com', { body: 'x'.repeat(1_000_000) })).toMatchObject({
        status: 200,
        body: 'files.example.com / 1000000 user=None',
      });
      expect(await ask('files.example.com', { body: 'x'.repeat(1_000_001) })).toMatchObject({ status: 413 });
    },
  },
  'A login in front of another service': {
    standIns: () => [standIn('authelia', loginServer(9091)), standIn('wiki', pageServer(3000))],
    see: async () => {
      await answers('wiki.example.com', 401);
      const headers = { cookie: 'who=ada', 'remote-user': 'mallory' };
      await answers('wiki.example.com', 200, headers);
      expect(await ask('wiki.example.com', { headers })).toMatchObject({
        status: 200,
        body: 'wiki.example.com / 0 user=ada',
      });
    },
  },
  'A database by TCP': {
    standIns: () => [],
    see: async () => {
      const query = ['psql', '-h', '127.0.0.1', '-U', 'postgres', '-tc', 'SELECT 6 * 7'];
      const select = ['exec', '-T', '-e', 'PGPASSWORD=secret', 'postgres', ...query];
      await until('PostgreSQL answers', async () =>
        (await compose('A database by TCP', select)).includes('42'),
      );
    },
  },
  'A service that does its own TLS': {
    standIns: () => [standIn('mail', tlsServer(993), [`${makeCertificate('own.example.com')}:/tls.pem:ro`])],
    see: async () => {
      const seen = await answer(() => overTls(993, 'mail.example.com'));
      expect(seen).toEqual({ words: '* OK ready', subject: 'own.example.com' });
      await expect(overTls(993, 'other.example.com')).rejects.toThrow();
    },
  },
  'A container that speaks TLS': {
    standIns: () => {
      const certificate = [`${makeCertificate('own.example.com')}:/tls.pem:ro`];
      return [
        standIn('console', tlsPageServer(9443), certificate),
        standIn('ldap', tlsServer(636), certificate),
      ];
    },
    see: async () => {
      await answers('console.example.com');
      expect((await ask('console.example.com')).body).toBe('console.example.com / 0 user=None');
      const seen = await answer(() => overTls(443, 'ldap.example.com'));
      expect(seen?.words).toBe('* OK ready');
      expect(seen?.subject).not.toBe('own.example.com');
    },
  },
  UDP: {
    standIns: () => [standIn('dns', udpEcho(53))],
    see: async () => expect(await answer(() => overUdp(53, 'hello'))).toBe('hello'),
  },
  'A public port': {
    standIns: () => [standIn('game', tcpEcho(25565))],
    see: async () => {
      expect(await answer(() => overTcp(10000, 'hello'))).toBe('hello');
      expect(await routerJson('/ports')).toMatchObject({
        tcp: [{ port: 10000, repository: 'recipes', service: 'game' }],
      });
    },
  },
};

let lab: Lab;
let folder: string;

/** Each recipe is a project of its own in one repository. */
async function compose(title: string, args: readonly string[]): Promise<string> {
  const files = CHECKS[title]!.standIns().map((text, index) => {
    const file = join(folder, `${project(title)}-${index}.json`);
    writeFileSync(file, text);
    return file;
  });
  const given = [`${project(title)}.yml`, ...files].map((file) => `--file=${file}`);
  return (
    await lab.renet(['compose', '--', `--project-name=${project(title)}`, ...given, ...args], { cwd: folder })
  ).stdout;
}

function project(title: string): string {
  return title.toLowerCase().replaceAll(/\W+/g, '-');
}

function makeCertificate(name: string): string {
  const file = join(folder, 'tls.pem');
  const [openssl, ...args] = certificateCommand(name);
  writeFileSync(file, execFileSync(openssl, args, { stdio: 'pipe' }));
  return file;
}

beforeAll(async () => {
  lab = createLab();
  folder = lab.write('recipes', {
    'docker-compose.yml': 'services: {}\n',
    ...Object.fromEntries([...RECIPES].map(([title, text]) => [`${project(title)}.yml`, text])),
  });
  const ports = ['--tcp-ports=993,5432', '--udp-ports=53', '--dynamic-tcp-ports=10000-10010'];
  await lab.local(...ports, folder);
  await lab.load(2816, 'my-app');
});
afterAll(() => lab?.[Symbol.asyncDispose]());

test('every recipe is tried', () => {
  expect([...RECIPES.keys()].sort()).toEqual(Object.keys(CHECKS).sort());
});

test.each([...RECIPES.keys()])('%s', async (title) => {
  await compose(title, ['up', '-d']);
  await CHECKS[title]?.see();
  expect((await routes()).problems).toEqual([]);
  await compose(title, ['down', '--timeout=0', '--volumes']);
});
