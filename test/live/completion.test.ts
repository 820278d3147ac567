import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SHELLS } from '../../src/core/commands/shells.ts';
import { writeRecord } from '../../src/core/repository/record.ts';
import { run } from '../../src/edges/process.ts';
import { ROOT, until } from './lab.ts';

let folder = '';
let environment: Record<string, string | undefined> = {};

/** Two servers, and a repository that is up. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rediacc-completion-'));
  mkdirSync(join(folder, 'bin'));
  for (const name of ['rdc', 'renet']) symlinkSync(join(ROOT, 'bin', name), join(folder, 'bin', name));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const contexts = { 'server-1': { destination: 'a' }, staging: { destination: 'b' } };
  write('rediacc/rediacc.json', JSON.stringify({ contexts }));
  const record = {
    networkId: 2816,
    name: 'my-app',
    path: join(folder, 'app'),
    socket: '/none',
    stateDir: folder,
  };
  write('run/repositories/2816.json', writeRecord(record));
  write('app/.rediacc.json', JSON.stringify({ services: { postgres: { slot: 0 }, web: { slot: 1 } } }));
  environment = {
    ...process.env,
    PATH: `${folder}/bin:${process.env['PATH']}`,
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    REDIACC_RUN_DIR: join(folder, 'run'),
    TERM: 'dumb',
  };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An interactive shell on a terminal of its own, into which somebody types. */
class Terminal implements Disposable {
  readonly #child: ChildProcess;
  #shown = '';

  constructor(command: string) {
    this.#child = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd: folder,
      env: environment,
      stdio: 'pipe',
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#shown += String(chunk)));
  }

  /** @returns what is shown once it has the text that is waited for */
  async type(text: string, awaited: string): Promise<string> {
    this.#shown = '';
    this.#child.stdin?.write(text);
    await until(
      () => `'${awaited}' is shown; there is ${JSON.stringify(this.#shown)}`,
      () => this.#shown.includes(awaited),
    );
    return this.#shown;
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

const KILL_LINE = '\u0015';
const COMMANDS: Readonly<Record<string, string>> = {
  bash: 'bash --norc --noprofile -i',
  zsh: 'zsh -f -i',
};
const PREPARE: Readonly<Record<string, string>> = {
  bash: 'for name in rdc renet; do source <($name completion bash); done; echo rea""dy\n',
  zsh: 'autoload -U compinit; compinit -u -D; for name in rdc renet; do source <($name completion zsh); done; echo rea""dy\n',
};

test.each(['bash', 'zsh'])('%s completes commands, names and options as they are typed', async (shell) => {
  using terminal = new Terminal(COMMANDS[shell] ?? '');
  await terminal.type(PREPARE[shell] ?? '', 'ready');
  await terminal.type('rdc conte\t', 'rdc context ');
  await terminal.type(KILL_LINE, '');
  await terminal.type('rdc context push-infra ser\t', 'push-infra server-1');
  await terminal.type(KILL_LINE, '');
  await terminal.type('rdc repo up --mou\t', '--mount');
  await terminal.type(KILL_LINE, '');
  await terminal.type('rdc doctor -m sta\t', '-m staging');
  await terminal.type(KILL_LINE, '');
  await terminal.type('renet logs my\t', 'logs my-app');
  await terminal.type('po\t', 'postgres');
  await terminal.type(KILL_LINE, '');
  const all = await terminal.type('rdc repo \t\t', 'autostart');
  expect(all).toContain('resize');
});

test('nothing that is typed or found is evaluated', async () => {
  const contexts = { 'server-1': { destination: 'a' } };
  writeFileSync(join(folder, 'rediacc/rediacc.json'), JSON.stringify({ contexts }));
  writeFileSync(join(folder, 'app/.rediacc.json'), JSON.stringify({ services: { $owned: { slot: 0 } } }));
  for (const [shell, command] of Object.entries(COMMANDS)) {
    using terminal = new Terminal(command);
    await terminal.type(PREPARE[shell] ?? '', 'ready');
    await terminal.type("rdc context show '$(touch owned)'\t", 'owned');
    await terminal.type(`${KILL_LINE}echo do""ne\n`, 'done');
  }
  expect((await run(['find', folder, '-name', 'owned'])).stdout).toBe('');
});

test('fish completes the same, with what each is for', async () => {
  const complete = async (line: string): Promise<string[]> => {
    const script = `for name in rdc renet; $name completion fish | source; end; complete --do-complete '${line}'`;
    const { stdout, stderr, code } = await run(['fish', '--no-config', '-c', script], {
      cwd: folder,
      environment,
    });
    if (code !== 0) throw new Error(stderr);
    return stdout.split('\n').filter((found) => found !== '');
  };
  expect(await complete('rdc conte')).toEqual(['context\tthe servers that rdc knows, by name']);
  expect(await complete('rdc context show ')).toContain('server-1\ta server');
  expect(await complete('renet logs m')).toEqual(['my-app\ta repository']);
  expect(await complete('rdc repo up --mou')).toEqual(['--mount\tmounts the repository first, if it is not']);
});

test.each(SHELLS)('%s takes its script without a complaint', async (shell) => {
  for (const name of ['rdc', 'renet']) {
    const { stdout } = await run([join(ROOT, 'bin', name), 'completion', shell]);
    const file = join(folder, `${name}.${shell}`);
    writeFileSync(file, stdout);
    const { code, stderr } = await run([shell, shell === 'fish' ? '--no-execute' : '-n', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }
});
