// A Chromium that holds real folders: handles come from a drag, the only way in that needs no native window.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { CHROMIUM_ARGS, requireChromium } from '../scripts/chromium.mjs'

/**
 * @typedef {object} BenchBrowser
 * @property {import('playwright').BrowserContext} context
 * @property {string} profile the profile's folder, which is in the command line of the browser's first process
 * @property {() => Promise<void>} close
 */

/** @returns {Promise<BenchBrowser>} in a fresh profile that may write to every folder without asking */
export async function launchBrowser() {
  const profile = mkdtempSync(join(tmpdir(), 'slerp-studio-bench-profile-'))
  mkdirSync(join(profile, 'Default'))
  const granted = { profile: { default_content_setting_values: { file_system_write_guard: 1 } } }
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(granted))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: await requireChromium(),
    headless: true,
    args: CHROMIUM_ARGS,
    viewport: { width: 1400, height: 900 },
  })
  await context.addInitScript(catchFolders)
  const remove = () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  process.once('exit', remove)
  const close = async () => {
    await context.close()
    process.off('exit', remove)
    remove()
  }
  return { context, profile, close }
}

/**
 * Drops a folder on the page; its handle waits in `benchFolders`, where the next `showDirectoryPicker` takes it.
 * @param {import('playwright').Page} page
 * @param {string} folder
 */
export async function giveFolder(page, folder) {
  const cdp = await page.context().newCDPSession(page)
  const before = await page.evaluate(() => globalThis.benchFolders.length)
  await page.evaluate(() => {
    globalThis.benchCatches = true
  })
  const data = { items: [], files: [folder], dragOperationsMask: 1 }
  for (const type of /** @type {const} */ (['dragEnter', 'dragOver', 'drop']))
    await cdp.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data })
  await page.waitForFunction((count) => globalThis.benchFolders.length > count, before)
  await cdp.detach()
}

/** Runs in every page before its own scripts. */
function catchFolders() {
  globalThis.benchFolders = []
  globalThis.benchCatches = false
  const stop = (/** @type {DragEvent} */ event) => {
    if (!globalThis.benchCatches) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (event.type !== 'drop') return
    globalThis.benchCatches = false
    for (const item of event.dataTransfer?.items ?? []) {
      item.getAsFileSystemHandle().then(
        (handle) => globalThis.benchFolders.push(handle),
        (error) => console.error(error),
      )
    }
  }
  for (const type of ['dragenter', 'dragover', 'drop']) addEventListener(type, stop, { capture: true })
  globalThis.showDirectoryPicker = async (options) => {
    const handle = globalThis.benchFolders.shift()
    if (!handle) throw new DOMException('No folder was given.', 'AbortError')
    const mode = options?.mode ?? 'read'
    if ((await handle.requestPermission({ mode })) !== 'granted')
      throw new DOMException(`The folder was not granted for ${mode}.`, 'NotAllowedError')
    return handle
  }
}
