import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Finished, run } from '../src/edges/process.ts';

const RDC = join(import.meta.dirname, '../bin/rdc');
const TOKEN = 'abcdefghijklmnopqrstuvwxyz0123456789_-AB';
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rediacc-rdc-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function rdc(args: string, input = ''): Promise<Finished> {
  const environment = { ...process.env, XDG_CONFIG_HOME: home };
  return run([RDC, 'context', ...args.split(' ')], { environment, input });
}

const file = (): string => join(home, 'rediacc/rediacc.json');

test('settings are merged, shown and taken back, and each change is said', async () => {
  const first = await rdc('set-infra server-1 --public-ipv4 203.0.113.50 --tcp-ports 25,143');
  expect(first).toEqual({
    code: 0,
    stdout:
      'public-ipv4: - -> 203.0.113.50\ntcp-ports: - -> 25,143\nBring it to the server: rdc context push-infra server-1\n',
    stderr: '',
  });
  expect((await rdc('set-infra server-1 --tcp-ports +587,-25')).stdout).toContain(
    'tcp-ports: 25,143 -> 143,587\n',
  );
  expect((await rdc('set-infra server-1 --tcp-ports 143,587')).stdout).toBe('nothing has changed\n');
  expect((await rdc('unset server-1 public-ipv4')).stdout).toContain('public-ipv4: 203.0.113.50 -> -\n');
  expect(JSON.parse((await rdc('show server-1')).stdout)).toEqual({
    name: 'server-1',
    destination: 'server-1',
    infra: { tcpPorts: '143,587' },
  });
});

test('what cannot be is refused with its reason, and nothing of the command is done', async () => {
  await rdc('set-infra server-1 --base-domain example.com');
  const before = readFileSync(file(), 'utf8');
  const { code, stderr } = await rdc('set-infra server-1 --cert-email a@example.com --tcp-ports 25,7111');
  expect(code).toBe(2);
  expect(stderr).toBe(
    "rdc: --tcp-ports '7111' is for the route server.\nNothing was changed: see rdc context set-infra --help. [setting-invalid]\n",
  );
  expect(readFileSync(file(), 'utf8')).toBe(before);
  expect((await rdc('unset server-1 colour')).stderr).toContain("there is no setting 'colour'");
});

test('an address of a private network is taken, with a warning', async () => {
  const { code, stderr } = await rdc('set-infra server-1 --public-ipv4 192.168.1.5');
  expect(code).toBe(0);
  expect(stderr).toMatch(/^warning: --public-ipv4 192\.168\.1\.5 is an address of a private network/);
});

test.each([
  ['a file', (path: string) => `--cf-dns-token-file ${path}`, ''],
  ['standard input', () => '--cf-dns-token -', `${TOKEN}\n`],
  ['standard input, named as a file', () => '--cf-dns-token-file -', TOKEN],
  ['the command line, with a warning', () => `--cf-dns-token ${TOKEN}`, ''],
])('a token comes from %s, and is shown by nothing', async (from, option, input) => {
  const path = join(home, 'token');
  writeFileSync(path, `${TOKEN}\n`);
  await rdc('add server-1 root@203.0.113.50');
  chmodSync(file(), 0o644);
  const { code, stdout, stderr } = await rdc(`set-infra server-1 ${option(path)}`, input);
  expect(code, stderr).toBe(0);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(stdout).toContain('cf-dns-token: [set]\n');
  expect(stdout + stderr).not.toContain(TOKEN);
  expect(/shell's history/.test(stderr)).toBe(from.includes('command line'));
  expect(JSON.parse(readFileSync(file(), 'utf8')).contexts['server-1'].secrets.cfDnsToken).toBe(TOKEN);
  expect((await rdc('show server-1')).stdout).toContain('"cfDnsToken": "[set]"');
  expect((await rdc('list --json')).stdout).not.toContain(TOKEN);
  expect((await rdc('unset server-1 cf-dns-token')).stdout).toContain('cf-dns-token: [set] -> -');
  expect(readFileSync(file(), 'utf8')).not.toContain(TOKEN);
});

test('what is no token is not repeated: it may be another secret', async () => {
  const { code, stderr } = await rdc('set-infra server-1 --cf-dns-token-file -', 'my password');
  expect(code).toBe(2);
  expect(stderr).toContain('that is no API token of Cloudflare (11 characters');
  expect(stderr).not.toContain('password');
});

test('two at once lose nothing of each other', async () => {
  await Promise.all(
    Array.from({ length: 4 }, (_, i) => rdc(`set-infra server-${i} --base-domain s${i}.example.com`)),
  );
  expect((await rdc('list')).stdout.trim().split('\n')).toHaveLength(4);
});
