import { defineConfig } from 'vitest/config';

// Apart from the rest: hundreds of whole runs of compare-models.
export default defineConfig({
  test: { root: import.meta.dirname, include: ['*.check.ts'], testTimeout: 1_800_000, unstubEnvs: true },
});
