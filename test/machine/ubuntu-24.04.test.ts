import { test } from 'vitest';
import { createMachine } from './bare-machine.ts';
import { expectDemoToRun } from './promise.ts';

test('npm run demo on a bare Ubuntu 24.04, as root', async () => {
  using machine = createMachine({ suite: 'noble' });
  await expectDemoToRun(machine, 'npm run demo -- --once');
});
