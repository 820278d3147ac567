import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explainSsh, readSshPort, sshCommand, sshExitCommand, sshSettingsCommand } from './ssh.ts';

const target = { destination: 'root@203.0.113.50', controlFolder: '/run/user/1000/rdc' };

describe('the command of ssh', () => {
  test('the destination comes after the options, and what runs there last', () => {
    const argv = sshCommand(target, ['uname', '-m']);
    expect(argv[0]).toBe('ssh');
    expect(argv.slice(-4)).toEqual(['-T', '--', 'root@203.0.113.50', argv.at(-1)]);
    expect(argv.at(-1)).toMatch(/ sh uname -m$/);
  });

  test('all commands share one connection', () => {
    expect(sshCommand(target, ['true'])).toEqual(
      expect.arrayContaining(['ControlMaster=auto', 'ControlPath=/run/user/1000/rdc/%C']),
    );
  });

  test('a terminal is there when it is asked for', () => {
    expect(sshCommand(target, ['sh'], true).slice(-4, -1)).toEqual(['-t', '--', target.destination]);
  });

  test('the shared connection is ended by its own socket', () => {
    const argv = sshExitCommand(target);
    expect(argv).toContain('ControlPath=/run/user/1000/rdc/%C');
    expect(argv.slice(-4)).toEqual(['-O', 'stop', '--', target.destination]);
  });

  test("OpenSSH's settings are asked without connecting", () => {
    expect(sshSettingsCommand('server-1')).toEqual(['ssh', '-G', '--', 'server-1']);
  });

  test.each(['-oProxyCommand=touch /x', '--'])('a destination %s is no option', (destination) => {
    const argv = sshCommand({ ...target, destination }, ['true']);
    expect(argv.slice(0, -3)).not.toContain(destination);
    expect(argv.at(-3)).toBe('--');
  });
});

describe('what the remote shell makes of it', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rediacc-ssh-'));
    const sudo = '#!/bin/sh\n[ "$1 $2" = "-n --" ] || exit 1\nshift 2\nVIA=sudo exec "$@"\n';
    writeFileSync(join(folder, 'sudo'), sudo, { mode: 0o755 });
    writeFileSync(join(folder, 'id'), '#!/bin/sh\necho "$FAKE_ID"\n', { mode: 0o755 });
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  function runThere(remote: [string, ...string[]], id: string): string {
    const env = { PATH: `${folder}:${process.env['PATH']}`, FAKE_ID: id };
    const words = sshCommand(target, remote).at(-1) ?? '';
    return execFileSync('sh', ['-c', words], { env, encoding: 'utf8' });
  }

  function wordsThere(words: readonly string[], id = '0'): string[] {
    return runThere(['printf', '%s\\0', ...words], id)
      .split('\0')
      .slice(0, -1);
  }

  test.each([
    [['plain', '--flag=x', '/a/b.c']],
    [['', ' ', 'two words']],
    [["it's", '"quoted"', "'", "''"]],
    [['$HOME', '$(id)', '`id`', '\\', '\\n', '!x', '~', '*', '?', '[a-z]', '{a,b}']],
    [['a;b', 'a&b', 'a|b', '<x', '>x', '#x', '(x)', 'a=b']],
    [['a\nb\n', '\t', 'ä€😀']],
  ])('%j are the very words', (words) => {
    expect(wordsThere(words)).toEqual(words);
    expect(wordsThere(words, '1000')).toEqual(words);
  });

  test('any words are the very words', () => {
    const word = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    const words = fc.array(word, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(words, (given) => {
        expect(wordsThere(given)).toEqual(given);
      }),
      { numRuns: 30 },
    );
  });

  test('root runs it itself, and another by sudo, which may not ask for a password', () => {
    const how: [string, ...string[]] = ['sh', '-c', 'echo "by ${VIA:-itself}"'];
    expect(runThere(how, '0')).toBe('by itself\n');
    expect(runThere(how, '1000')).toBe('by sudo\n');
  });
});

describe('why ssh failed', () => {
  test.each([
    [
      '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.',
      'its host key is another than the one that you know',
      /^If the server was installed anew: ssh-keygen -R HOST, then ssh ops@server-1,/,
    ],
    [
      'No ED25519 host key is known for server-1 and you have requested strict checking.\nHost key verification failed.',
      'you have not accepted its host key yet',
      /ssh ops@server-1\.$/,
    ],
    [
      'ops@server-1: Permission denied (publickey,password).',
      'it does not let you in',
      /^Give it your public key: ssh-copy-id ops@server-1;/,
    ],
    [
      'ssh: Could not resolve hostname server-1: Name or service not known',
      'there is no such host',
      /rdc context add/,
    ],
    ['ssh: connect to host server-1 port 22: Connection refused', 'it cannot be reached', /firewall/],
    ['ssh: connect to host server-1 port 22: Connection timed out', 'it cannot be reached', /firewall/],
    ['ssh: connect to host server-1 port 22: No route to host', 'it cannot be reached', /firewall/],
    ['ssh: connect to host server-1 port 22: Network is unreachable', 'it cannot be reached', /firewall/],
    ['Timeout, server server-1 not responding.', 'the connection was lost', /again/],
    ['client_loop: send disconnect: Broken pipe', 'the connection was lost', /again/],
    ['Connection to server-1 closed by remote host.', 'the connection was lost', /again/],
    ['mux_client_request_session: read from master failed', 'the connection was lost', /again/],
    ['Bad configuration option: foo', 'ssh failed', /^Try it by hand: ssh ops@server-1 true\.$/],
    ['', 'ssh failed', /by hand/],
  ])('%j', (stderr, reason, fix) => {
    expect(explainSsh(stderr, 'ops@server-1')).toEqual({ reason, fix: expect.stringMatching(fix) });
  });
});

test.each([
  ['host server-1\nuser root\nport 2222\naddressfamily any\n', 2222],
  ['port 22', 22],
  ['host server-1\nlocalforward 80 port 22\n', undefined],
  ['port zero', undefined],
  ['', undefined],
])('the port in %j is %s', (settings, port) => expect(readSshPort(settings)).toBe(port));
