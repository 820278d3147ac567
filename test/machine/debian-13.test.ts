import { expect, test } from 'vitest';
import { createMachine } from './bare-machine.ts';
import { expectDemoToRun } from './promise.ts';

test('npm run demo on a bare Debian 13, as root', async () => {
  using machine = createMachine({ suite: 'trixie' });
  await expectDemoToRun(machine, 'npm run demo -- --once');
});

test('without root and sudo, set-up says what to install', async () => {
  using machine = createMachine({ suite: 'trixie' });
  const { code, stderr } = await machine.sh(
    'useradd user; exec setpriv --reuid=user --regid=user --clear-groups sh scripts/packages docker.io socat',
  );
  expect(code).toBe(2);
  expect(stderr).toContain('installing them needs root or sudo: docker.io socat');
  expect(stderr).toContain('As root, run: apt-get install --no-install-recommends docker.io socat');
});
