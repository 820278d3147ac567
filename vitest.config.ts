import { defineConfig } from 'vitest/config';

export default defineConfig({
  cacheDir: '/tmp/rediacc-vitest',
  test: {
    projects: [
      {
        test: { name: 'unit', include: ['src/**/*.test.ts', 'test/*.test.ts', 'test/golden/*.test.ts'] },
      },
      {
        // Real daemons on the ports that users have, so one file at a time; scripts/test.ts gives them namespaces.
        test: {
          name: 'live',
          include: ['test/live/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
