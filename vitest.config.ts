import { configDefaults, defineConfig } from 'vitest/config';

/**
 * In a process of their own: what puts another module in the place of one, because who loaded that one before would keep it; and what
 * measures the memory of its process.
 */
const ALONE = ['test/random-sequences/evidence.test.ts', 'test/quality/parquet-forged.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 20_000,
    // Many tests wait for processes that they started: two workers keep two cores busy.
    maxWorkers: 2,
    globalSetup: 'test/run-folder.ts',
    unstubEnvs: true,
    projects: [
      // A worker loads the SDK, compiles the templates and builds the programs once, not for each file.
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...ALONE],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
  },
});
