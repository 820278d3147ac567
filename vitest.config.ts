import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What a command has printed is in messages as a whole: a test that fails rarely has to tell all at once. */
const OUTPUTS = { chaiConfig: { truncateThreshold: 4000 } };

export default defineConfig({
  // Not in the checkout, where root would leave files of its own.
  cacheDir: join(tmpdir(), `rediacc-vitest-${userInfo().uid}`),
  test: {
    projects: [
      {
        test: { name: 'unit', include: ['src/**/*.test.ts', 'test/*.test.ts', 'test/golden/*.test.ts'] },
      },
      {
        // Real daemons on the ports that users have, so one file at a time; scripts/test.ts gives them namespaces.
        test: {
          ...OUTPUTS,
          name: 'live',
          include: ['test/{live,differential}/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        // Servers of their own, with systemd and sshd, in namespaces beside each other.
        test: {
          ...OUTPUTS,
          name: 'server',
          include: ['test/server/*.test.ts'],
          setupFiles: ['test/server/evidence.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        // Whole machines that get everything from package registries.
        test: {
          ...OUTPUTS,
          name: 'machine',
          include: ['test/machine/*.test.ts'],
          fileParallelism: false,
          testTimeout: 1_200_000,
        },
      },
    ],
  },
});
