import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { assemblyScript } from '../../scripts/assemblyscript-plugin.ts'
import { CHROMIUM_ARGS, findChromium } from '../../scripts/chromium.mjs'
import { isolationHeaders } from '../../scripts/headers.ts'

const executablePath = findChromium()

/** `npm run bench -- 70b`: a merge of true size without a disk. Not part of the tests. */
export default defineConfig({
  plugins: [assemblyScript()],
  define: {
    'import.meta.env.BENCH_LAYERS': JSON.stringify(process.env['BENCH_LAYERS'] ?? '80'),
    'import.meta.env.BENCH_PART': JSON.stringify(process.env['BENCH_PART'] ?? '1/1'),
  },
  server: { headers: isolationHeaders() },
  test: {
    include: ['bench/rehearsal/rehearsal.bench.ts'],
    testTimeout: 3 * 3600_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      instances: [{ browser: 'chromium' }],
      provider: playwright({
        launchOptions: { args: CHROMIUM_ARGS, ...(executablePath === null ? {} : { executablePath }) },
      }),
    },
  },
})
