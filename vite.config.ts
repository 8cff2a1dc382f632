import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { assemblyScript } from './scripts/assemblyscript-plugin.ts'
import { CHROMIUM_ARGS, findChromium } from './scripts/chromium.mjs'
import { containment } from './scripts/containment-plugin.ts'
import { containmentHeaders, isolationHeaders } from './scripts/headers.ts'
import { offline } from './scripts/offline-plugin.ts'

const chromium = process.env['VITEST'] ? findChromium() : null

export default defineConfig({
  base: './',
  plugins: [assemblyScript(), react(), containment(), offline()],
  worker: { format: 'es', plugins: () => [assemblyScript()] },
  // The content policy forbids data: URLs, so that nothing is inlined.
  build: { target: 'es2023', assetsInlineLimit: 0 },
  server: { headers: isolationHeaders() },
  preview: { headers: containmentHeaders },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          // No test is about time; a busy machine may take its own.
          testTimeout: 60_000,
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'e2e/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts'],
        },
      },
      {
        extends: true,
        // Found beforehand, so that no test is reloaded in the middle when the server meets one of them.
        optimizeDeps: { include: ['comlink', 'fast-check', 'hash-wasm', 'idb-keyval', 'react', 'yaml', 'zustand'] },
        test: {
          name: 'browser',
          include: ['src/**/*.browser.test.ts', 'test/**/*.browser.test.ts'],
          // npm run faults: minutes, not seconds.
          exclude: process.env['SLERP_STUDIO_LONG'] ? [] : ['test/long/**'],
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: [{ browser: 'chromium' }],
            provider: playwright({
              launchOptions: { args: CHROMIUM_ARGS, ...(chromium === null ? {} : { executablePath: chromium }) },
            }),
          },
        },
      },
    ],
  },
})
