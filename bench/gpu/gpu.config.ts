import { defineConfig } from 'vitest/config'

/** `npm run bench:gpu`: the shaders outside of a browser, through Dawn for Node. Not part of the tests. */
export default defineConfig({
  test: { include: ['bench/gpu/kernels.bench.ts'], testTimeout: 600_000, disableConsoleIntercept: true },
})
