import config from '../playwright.config.ts'

/** `npx playwright test -c bench/drag.config.ts`: the built page under a drag, not part of the tests. */
export default { ...config, testDir: '.', testMatch: 'drag.bench.ts', timeout: 300_000 }
