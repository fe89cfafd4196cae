import { defineConfig } from 'vitest/config';

// The tests that `npm run test:mutants` runs against each mutant: those that start no process and take little time.
export default defineConfig({
  test: {
    include: [
      'test/{components,endpoints,gitlab,ground,notify,pipelines,policy,program,registry}/**/*.test.ts',
      'test/failures/failures.test.ts',
      // What is asked for at the same time.
      'test/catalog/rounds.test.ts',
    ],
    testTimeout: 20_000,
    unstubEnvs: true,
  },
});
