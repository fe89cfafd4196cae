import { defineConfig } from 'vitest/config';

// Apart from the rest: these need Chromium.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.check.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: '../run-folder.ts',
  },
});
