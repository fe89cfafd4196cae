import { defineConfig } from 'vitest/config';

// Apart from the rest: these need buildah, podman and runc, and minutes.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.check.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    fileParallelism: false,
    globalSetup: '../run-folder.ts',
  },
});
