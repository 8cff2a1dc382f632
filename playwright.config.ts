import { defineConfig } from '@playwright/test'

// Chosen once by the first process that reads this file; the test workers inherit it.
process.env['SLERP_STUDIO_PORT'] ??= String(20_000 + (process.pid % 10_000))
const port = process.env['SLERP_STUDIO_PORT']
const build = process.env['SLERP_STUDIO_BUILT'] ? '' : 'npm run build && '

/** End-to-end tests of the built app, under the containment headers that `vite preview` sends. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  // npm run faults: hours, not minutes.
  testIgnore: process.env['SLERP_STUDIO_LONG'] ? [] : ['long/**'],
  // Two browsers, whose tests know nothing of each other: most of a test is waiting, for the page or for the disk.
  workers: 2,
  fullyParallel: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env['CI']),
  reporter: 'list',
  use: { baseURL: `http://127.0.0.1:${port}/`, trace: 'off', actionTimeout: 15_000 },
  webServer: {
    command: `${build}npm run preview -- --host 127.0.0.1 --port ${port} --strictPort`,
    url: `http://127.0.0.1:${port}/`,
    timeout: 180_000,
    stdout: 'ignore',
    stderr: 'pipe',
  },
})
