// The app as a person uses it: built, served, and driven by the names on the screen.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, preview } from 'vite'
import { giveFolder } from './browser.mjs'
import { countCpu } from './cpu.mjs'
import { browserMemory, withPeak } from './memory.mjs'
import { outputFolder } from './output.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCES = ['src', 'shaders', 'public', 'scripts', 'index.html', 'vite.config.ts', 'package-lock.json']

/**
 * @typedef {'WebAssembly' | 'WebGPU'} Engine
 * @typedef {object} MergeCase
 * @property {string[]} models folders
 * @property {string} yaml
 * @property {Engine} engine
 * @property {boolean} verify
 * @property {boolean} memory look at the browser's memory meanwhile, which slows it
 * @property {number} timeoutMs
 * @typedef {{ before: number | null, after: number | null }} Expected seconds, by what earlier runs took, and by the run's first second
 * @typedef {{ seconds: number, expected: Expected, bytesWritten: number, idle: number | null, peak: number | null, cpu: number[], said: string }} Merge
 */

/**
 * What the page remembers of how fast merges were, from run to run.
 * @type {unknown}
 */
let paces

/** Builds the app if a source is newer than the build, and serves it on a free port. */
export async function serveApp() {
  if (isStale()) {
    console.log('Building the app …')
    await build({ root: ROOT, logLevel: 'error' })
  }
  const port = await freePort()
  const server = await preview({
    root: ROOT,
    logLevel: 'warn',
    preview: { port, strictPort: true, host: '127.0.0.1', open: false },
  })
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() }
}

function isStale() {
  const built = join(ROOT, 'dist', 'index.html')
  if (!existsSync(built)) return true
  return SOURCES.some((source) => newestIn(join(ROOT, source)) > statSync(built).mtimeMs)
}

/**
 * @param {string} path
 * @returns {number}
 */
function newestIn(path) {
  if (!existsSync(path)) return 0
  const at = statSync(path)
  if (!at.isDirectory()) return at.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))))
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0))
    })
  })
}

/**
 * One merge from an empty studio: open the models, import the recipe, merge. Timed from the press of Merge to "Merge complete".
 * @param {import('./browser.mjs').BenchBrowser} browser
 * @param {string} url
 * @param {MergeCase} merge
 * @returns {Promise<Merge>}
 */
export async function measureMerge(browser, url, { models, yaml, engine, verify, memory, timeoutMs }) {
  const page = await browser.context.newPage()
  const output = outputFolder()
  try {
    await forget(page, url)
    await page.goto(url)
    if (paces !== undefined) {
      await page.evaluate(keptPaces, paces)
      await page.reload()
    }
    await page.getByRole('button', { name: 'Add model' }).waitFor()
    const idle = browserMemory(browser.profile)
    for (const model of models) {
      await giveFolder(page, model)
      await page.getByRole('button', { name: 'Add model' }).click()
      await page.getByRole('list', { name: 'Models' }).getByText(basename(model)).first().waitFor()
    }
    await page.getByRole('button', { name: 'Import recipe' }).click()
    const dialog = page.getByRole('dialog', { name: 'Import recipe' })
    await dialog.getByRole('textbox', { name: 'Recipe YAML' }).fill(yaml)
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    await giveFolder(page, output.path)
    await page.getByRole('button', { name: 'Output folder' }).click()
    await choose(page, engine, verify)

    await atRest(page)
    const merge = page.getByRole('button', { name: 'Merge', exact: true })
    const before = await totalOf(page, 'Totals of the plan', 'Expected time')
    /** @type {number[]} */
    let cpu = []
    const timed = async () => {
      const counted = countCpu(browser.profile)
      const said = page.evaluate(ended, timeoutMs)
      const began = performance.now()
      await merge.click()
      const { text, failed } = await said
      const seconds = (performance.now() - began) / 1000
      cpu = counted()
      if (failed) throw new Error(`The merge failed: ${text}`)
      return { seconds, said: text.replace(/\s+/g, ' ').trim() }
    }
    const { result, peak } = memory ? await withPeak(browser.profile, timed) : { result: await timed(), peak: null }
    const expected = { before, after: await totalOf(page, 'Report', 'Expected after 1 s') }
    paces = await page.evaluate(keptPaces, undefined)
    return { ...result, bytesWritten: output.byteLength(), idle, peak, cpu, expected }
  } finally {
    await page.close()
    output.remove()
  }
}

/**
 * Waits until the page has sampled what it samples of the models and drawn it: a person does not press Merge in that second, and what it
 * costs is not the merge's.
 * @param {import('playwright').Page} page
 */
async function atRest(page) {
  await page.locator('.basis', { hasText: /of [\d,]+ tensors$/ }).waitFor()
  await page.waitForTimeout(1000)
}

/**
 * A time that the page shows.
 * @param {import('playwright').Page} page
 * @param {string} list name of the list or region
 * @param {string} entry
 * @returns {Promise<number | null>} seconds; null where it shows none
 */
async function totalOf(page, list, entry) {
  const term = page.getByLabel(list, { exact: true }).locator('dt', { hasText: new RegExp(`^${entry}$`) })
  if ((await term.count()) === 0) return null
  const text = await term.locator('xpath=following-sibling::dd').innerText()
  const [, minutes, seconds] = /(?:(\d+) min ?)?(?:([\d.]+) s)?$/.exec(text) ?? []
  return 60 * Number(minutes ?? 0) + Number(seconds ?? 0)
}

/**
 * Runs in the page: what it remembers of how fast merges were. Each run begins with an empty studio, but for this.
 * @param {unknown} value to be put there; undefined leaves it
 * @returns {Promise<unknown>} what is there
 */
function keptPaces(value) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('keyval-store')
    opening.onupgradeneeded = () => opening.result.createObjectStore('keyval')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const store = opening.result.transaction('keyval', 'readwrite').objectStore('keyval')
      if (value !== undefined) store.put(value, 'paces')
      const getting = store.get('paces')
      getting.onsuccess = () => {
        opening.result.close()
        resolve(getting.result)
      }
    }
  })
}

/**
 * Runs in the page. Waits by observing, since the usual polling asks for a frame sixty times a second, and to draw it takes half a core.
 * @param {number} timeoutMs
 * @returns {Promise<{ text: string, failed: boolean }>}
 */
function ended(timeoutMs) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const complete = [...document.querySelectorAll('[role=status], output')].find(
        (element) => element instanceof HTMLElement && element.innerText.includes('Merge complete'),
      )
      const alert = [...document.querySelectorAll('[role=alert]')].find((element) => element.textContent?.trim())
      const found = complete ?? alert
      if (!(found instanceof HTMLElement)) return
      observer.disconnect()
      resolve({ text: found.innerText, failed: complete === undefined })
    }
    const observer = new MutationObserver(look)
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    setTimeout(() => reject(new Error('The merge did not end in time.')), timeoutMs)
  })
}

/**
 * The app remembers folders and recipe between visits: each run begins with nothing.
 * @param {import('playwright').Page} page
 * @param {string} url
 */
async function forget(page, url) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Storage.clearDataForOrigin', { origin: new URL(url).origin, storageTypes: 'all' })
  await cdp.detach()
}

/**
 * @param {import('playwright').Page} page
 * @param {Engine} engine
 * @param {boolean} verify
 */
async function choose(page, engine, verify) {
  const engines = page.getByRole('combobox', { name: 'Engine' })
  if (!(await engines.isVisible())) await page.getByText('Settings', { exact: true }).first().click()
  await engines.selectOption({ label: engine })
  await page.getByRole('checkbox', { name: /verif/i }).setChecked(verify)
  // The page's own choice goes by the memory that the browser reports.
  await page.getByRole('textbox', { name: 'Memory budget' }).fill('1GiB')
}

/**
 * @param {import('./browser.mjs').BenchBrowser} browser
 * @param {string} url
 * @returns {Promise<{ name: string, isSoftware: boolean } | null>} null where the browser has no WebGPU adapter
 */
export async function gpuOf(browser, url) {
  const page = await browser.context.newPage()
  try {
    await page.goto(url)
    return await page.evaluate(async () => {
      const adapter = await navigator.gpu?.requestAdapter()
      if (!adapter) return null
      const { vendor, architecture, description, isFallbackAdapter } = adapter.info
      return { name: [vendor, architecture, description].filter(Boolean).join(' '), isSoftware: isFallbackAdapter }
    })
  } finally {
    await page.close()
  }
}
