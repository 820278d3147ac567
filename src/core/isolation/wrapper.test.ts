import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SERVER_FENCE, wrapperEnvironment } from './fence.ts';
import { RUNC_WRAPPER } from './wrapper.ts';

/** The wrapper before a runc that does nothing: what it makes of configurations, and which it refuses. */
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rediacc-wrapper-'));
  mkdirSync(join(folder, 'repositories/2816'), { recursive: true });
  for (const [name, text] of Object.entries({ wrapper: RUNC_WRAPPER, real: '#!/bin/sh\necho "runc $*"\n' })) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'runc'), text);
    chmodSync(join(folder, name, 'runc'), 0o755);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

type Result = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly log: string;
};

function call(...args: string[]): Result {
  const log = join(folder, 'log.json');
  rmSync(log, { force: true });
  const { status, stdout, stderr } = spawnSync(join(folder, 'wrapper/runc'), ['--log', log, ...args], {
    encoding: 'utf8',
    env: {
      ...wrapperEnvironment(SERVER_FENCE, 2816, { runDir: folder, stateDir: folder }),
      PATH: `${folder}/wrapper:${folder}/real:${process.env['PATH']}`,
    },
  });
  const read = (): string => {
    try {
      return readFileSync(log, 'utf8');
    } catch {
      return '';
    }
  };
  return { code: status, stdout, stderr, log: read() };
}

const CGROUP = 'rediacc-2816.slice:docker:0123456789ab';

/** What becomes of a container's configuration; `run`, since only `create` needs a kernel. */
function configured(config: object): Result & { readonly config: unknown } {
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify({ process: {}, linux: { cgroupsPath: CGROUP }, ...config }));
  const result = call('run', '--bundle', folder, 'abc');
  return { ...result, config: JSON.parse(readFileSync(path, 'utf8')) };
}

describe('CAP_NET_RAW', () => {
  const lists = (names: readonly string[]): object => ({
    bounding: names,
    effective: names,
    permitted: names,
  });

  test.each([
    [
      ['CAP_CHOWN', 'CAP_NET_RAW', 'CAP_KILL'],
      ['CAP_CHOWN', 'CAP_KILL'],
    ],
    [['CAP_NET_RAW', 'CAP_KILL'], ['CAP_KILL']],
    [['CAP_KILL', 'CAP_NET_RAW'], ['CAP_KILL']],
    [['CAP_NET_RAW'], []],
    [[], []],
    [['CAP_NET_RAW', 'CAP_NET_RAW'], []],
  ])('%j becomes %j', (before, after) => {
    const { code, config } = configured({
      process: { capabilities: lists(before), args: ['CAP_NET_RAW', 'x'] },
    });
    expect(code).toBe(0);
    // Only there: a program may be called with its name.
    expect(config).toMatchObject({ process: { capabilities: lists(after), args: ['CAP_NET_RAW', 'x'] } });
  });

  test('numbers stay as large as they are', () => {
    const path = join(folder, 'config.json');
    const text = `{"process":{"capabilities":{"bounding":["CAP_NET_RAW"]},"rlimits":[{"hard":18446744073709551615}]},"linux":{"cgroupsPath":"${CGROUP}"}}`;
    writeFileSync(path, text);
    call('run', '--bundle', folder, 'abc');
    expect(readFileSync(path, 'utf8')).toBe(text.replace('"CAP_NET_RAW"', ''));
  });

  test('is taken from what exec asks for', () => {
    const path = join(folder, 'process.json');
    writeFileSync(path, JSON.stringify({ args: ['sh'], capabilities: lists(['CAP_NET_RAW', 'CAP_KILL']) }));
    const { code, stdout } = call('exec', '--process', path, '--detach', 'abc');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`exec --process ${path}`) });
    expect(JSON.parse(readFileSync(path, 'utf8')).capabilities).toEqual(lists(['CAP_KILL']));
  });
});

describe('a cgroup', () => {
  const refusal = 'the cgroup of a container must be below /rediacc.slice/rediacc-2816.slice';

  test.each([
    'rediacc-2880.slice:docker:x',
    'system.slice:docker:x',
    'rediacc-2816.slice',
    'rediacc-2816.slice:',
    '/rediacc.slice/rediacc-2816.slice/x',
    'rediacc-2816.slice:docker:x/../../rediacc-2880.slice/y',
    'rediacc-2816Xslice:docker:x',
    '',
  ])("'%s' is refused", (cgroupsPath) => {
    const { code, stderr, stdout, log } = configured({ linux: { cgroupsPath } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(refusal);
    expect(JSON.parse(log)).toMatchObject({ level: 'error', msg: expect.stringContaining(refusal) });
  });

  test('that is none is refused', () => {
    expect(configured({ linux: {} }).stderr).toContain(refusal);
  });

  test('is not hidden by an annotation of the same name', () => {
    const linux = { cgroupsPath: 'rediacc-2880.slice:docker:x' };
    expect(configured({ linux, annotations: { cgroupsPath: CGROUP } }).code).toBe(1);
    expect(configured({ annotations: { cgroupsPath: 'rediacc-2880.slice:x' } }).code).toBe(1);
    expect(configured({ annotations: { text: `"cgroupsPath":"other.slice:x"` } }).code).toBe(0);
  });
});

test.each([
  '127.0.11.1',
  '127.0.11.63',
  '127.0.11.64',
  '10.0.0.1',
  '127.0.0.08',
  '127.0.11',
  '1.2.3.4.5',
  '*',
  '127.0.11.2 ',
  'x"y',
])("SERVICE_IP '%s' is refused before a container is made", (address) => {
  const config = { process: { env: [`SERVICE_IP=${address}`] }, linux: { cgroupsPath: CGROUP } };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const { code, stderr, stdout } = call(
    'create',
    '--bundle',
    folder,
    '--pid-file',
    join(folder, 'pid'),
    'abc',
  );
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^rediacc: SERVICE_IP=.* is (no address|not of repository 2816)/);
});

test('checkpoints are not restored', () => {
  expect(call('restore', '--bundle', folder, 'abc')).toMatchObject({ code: 1, stdout: '' });
});

test.each([
  ['state', 'abc'],
  ['kill', 'abc', '15'],
  ['delete', '--force', 'abc'],
  ['start', 'abc'],
  ['--version'],
])('runc gets %j as it is', (...args) => {
  expect(call(...args)).toMatchObject({ code: 0, stdout: expect.stringContaining(args.join(' ')) });
});
