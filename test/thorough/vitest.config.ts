import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// What `npm test` has no time for: each failure row as a process, processes that are killed, a death at every call, what else may be
// in a pipeline, and the longest promotions.
export default defineConfig({
  test: {
    dir: fileURLToPath(new URL('../', import.meta.url)),
    include: [
      'failures/process.check.ts',
      'interruption/process.check.ts',
      'interruption/every-call.test.ts',
      'interruption/side-by-side.check.ts',
      'interruption/together.test.ts',
      'promotion/nightly-stop.check.ts',
      'promotion/own-jobs.check.ts',
      'promotion/several-endpoints.check.ts',
      'promotion/several-regions.check.ts',
      'promotion/what-else.check.ts',
    ],
    env: { KILLS: 'every' },
    testTimeout: 300_000,
    maxWorkers: 2,
    globalSetup: fileURLToPath(new URL('../run-folder.ts', import.meta.url)),
    unstubEnvs: true,
  },
});
