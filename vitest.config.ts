import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    // Many tests wait for processes that they started: two workers keep two cores busy.
    maxWorkers: 2,
    unstubEnvs: true,
  },
});
