import config from '../playwright.config.ts'

/** The built page under a drag (`npm run bench:drag`), and the demo until it speaks (`npm run bench:demo`); pictures of the README (`npm run pictures`); not part of the tests. */
export default {
  ...config,
  testDir: '.',
  testMatch: /(drag|demo|pictures)\.bench\.ts$/,
  timeout: 300_000,
  // What is measured has the machine to itself.
  workers: 1,
  fullyParallel: false,
}
