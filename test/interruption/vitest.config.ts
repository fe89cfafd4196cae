import { defineConfig } from 'vitest/config';

/** `npm run test:kills`: a job dies at every call, and with any of the answers of a round. */
export default defineConfig({
  test: {
    dir: import.meta.dirname,
    include: ['every-call.test.ts', 'side-by-side.test.ts'],
    env: { KILLS: 'every' },
    testTimeout: 300_000,
    maxWorkers: 2,
    unstubEnvs: true,
  },
});
