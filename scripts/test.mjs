// npm test: everything, one step after the other, stopped by the first that fails; the last line counts the tests.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireChromium } from './chromium.mjs'

const reports = mkdtempSync(join(tmpdir(), 'slerp-studio-reports-'))
const unitReport = join(reports, 'vitest.json')
const endToEndReport = join(reports, 'playwright.json')

const STEPS = [
  ['types', 'npm run check:types'],
  ['lint', 'npm run lint'],
  ['format', 'npm run check:format'],
  ['unit and browser tests', `npx vitest run --reporter=default --reporter=json --outputFile.json="${unitReport}"`],
  ['build', 'npm run build'],
  ['end-to-end tests', 'npx playwright test --reporter=list,json'],
]

/** Playwright takes what was built a step before, and the runners find the browser that was found here. */
const env = {
  ...process.env,
  CI: process.env['CI'] ?? '1',
  SLERP_STUDIO_CHROMIUM: await requireChromium(),
  SLERP_STUDIO_BUILT: '1',
  PLAYWRIGHT_JSON_OUTPUT_FILE: endToEndReport,
}

let failedStep = null
for (const [name, command] of STEPS) {
  console.log(`\n=== ${name}: ${command}`)
  const start = performance.now()
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit', env })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`=== ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s`)
  if (status !== 0) {
    failedStep = name
    break
  }
}

const unit = readReport(unitReport)
const endToEnd = readReport(endToEndReport)?.stats
const passed = (unit?.numPassedTests ?? 0) + (endToEnd ? endToEnd.expected + endToEnd.flaky : 0)
const failed = (unit?.numFailedTests ?? 0) + (endToEnd?.unexpected ?? 0)
rmSync(reports, { recursive: true })
console.log(failedStep === null ? '\nEvery step passed.' : `\nStopped at the step "${failedStep}".`)
// A step that fails without a test of its own (types, lint, a crash) counts as one failure.
console.log(`${passed} passed, ${failedStep !== null && failed === 0 ? 1 : failed} failed`)
process.exitCode = failedStep === null ? 0 : 1

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}
