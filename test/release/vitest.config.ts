import { defineConfig } from 'vitest/config';

// Apart from the rest: these need crane and cosign, which come through the Go module proxy.
export default defineConfig({
  test: { root: import.meta.dirname, include: ['*.check.ts'], testTimeout: 60_000, hookTimeout: 900_000 },
});
