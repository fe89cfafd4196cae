import { defineConfig } from 'vitest/config';

// Apart from the rest: these need cfn-lint, moto and the AWS CLI, which come from PyPI.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.check.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    globalSetup: '../run-folder.ts',
  },
});
