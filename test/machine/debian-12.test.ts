import { test } from 'vitest';
import { createMachine } from './bare-machine.ts';
import { expectDemoToRun } from './promise.ts';

test('npm run demo on a bare Debian 12, by a user with sudo', async () => {
  using machine = createMachine({ suite: 'bookworm', packages: ['sudo'] });
  await machine.sh(
    'useradd -m user && echo "user ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/user && chown -R user /project',
  );
  await expectDemoToRun(
    machine,
    'exec setpriv --reuid=user --regid=user --clear-groups env HOME=/home/user npm run demo -- --once',
  );
});
