import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// What a load is in real time: only on a machine that has nothing else to do.
export default defineConfig({
  test: {
    dir: fileURLToPath(new URL('./', import.meta.url)),
    include: ['process.check.ts'],
    maxWorkers: 1,
    globalSetup: fileURLToPath(new URL('../../run-folder.ts', import.meta.url)),
    unstubEnvs: true,
  },
});
