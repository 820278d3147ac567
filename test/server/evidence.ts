import { afterEach } from 'vitest';
import { run } from '../../src/edges/process.ts';
import { runningServers } from './server.ts';

/** Without the connections of the tests themselves. */
const JOURNAL =
  "journalctl --no-pager --output=short-precise | grep -Ev 'sshd|logind|session-c[0-9]|rediacc-probe' | cut -c1-300 | tail -80";

// When a test fails, the ends of its servers' journals and of the kernel's log: what fails rarely has to tell why at once.
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const server of runningServers) {
    const { stdout } = await server.try(JOURNAL);
    process.stderr.write(`The journal of ${server.name}:\n${stdout}`);
  }
  process.stderr.write(
    `The kernel's log:\n${(await run(['dmesg'])).stdout.split('\n').slice(-20).join('\n')}`,
  );
});
