import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    // Many tests wait for processes that they started: two workers keep two cores busy.
    maxWorkers: 2,
    // A worker loads the SDK, compiles the templates and builds the programs once, not for each file.
    isolate: false,
    globalSetup: 'test/run-folder.ts',
    unstubEnvs: true,
  },
});
