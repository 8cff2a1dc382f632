// Finds a Chromium for the tests and benchmarks, and on Debian installs one when there is none.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge']
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** What every Chromium of the tests is started with: WebGPU also on the software adapter, no background traffic. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
]

/** @returns {string | null} the path of a Chromium: SLERP_STUDIO_CHROMIUM, an installed one, or Playwright's own */
export function findChromium() {
  const named = process.env['SLERP_STUDIO_CHROMIUM']
  if (named) {
    if (!existsSync(named)) throw new Error(`SLERP_STUDIO_CHROMIUM is set to ${named}, and no file is there.`)
    return named
  }
  const folders = (process.env['PATH'] ?? '').split(process.platform === 'win32' ? ';' : ':')
  for (const name of NAMES)
    for (const folder of folders) if (existsSync(`${folder}/${name}`)) return `${folder}/${name}`
  return PLACES.find((place) => existsSync(place)) ?? null
}

/** @returns {Promise<string>} the path of a Chromium; installs Debian's package where that is possible, else says what to do */
export async function requireChromium() {
  const found = findChromium() ?? (await playwrightsOwn())
  if (found) return found
  if (isDebianRoot()) {
    console.log('No Chromium is installed: installing the Debian package "chromium" …')
    const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
    execFileSync('apt-get', ['update', '-qq'], options)
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], options)
    const installed = findChromium()
    if (installed) return installed
  }
  throw new Error(
    'The tests need a Chromium, and none was found. Do one of these and start again:\n' +
      '  - install Chromium or Google Chrome;\n' +
      '  - run "npx playwright install chromium";\n' +
      '  - set SLERP_STUDIO_CHROMIUM to the path of a Chromium.',
  )
}

async function playwrightsOwn() {
  const { chromium } = await import('playwright')
  const path = chromium.executablePath()
  return path && existsSync(path) ? path : null
}

function isDebianRoot() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/etc/os-release')) return false
  return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'))
}
