// Drives the copy limit's page: real folders, one run for each way of writing.
import { giveFolder } from '../browser.mjs'
import { countCpu } from '../cpu.mjs'
import { outputFolder } from '../output.mjs'
import { serveFolder } from '../serve.mjs'

/**
 * @typedef {import('./copy.mjs').CopySettings & { thread: 'page' | 'worker' }} Way
 * @typedef {{ way: string, seconds: number, bytes: number, cpu: number[] }} Copy
 */

/** @type {Way} */
const USUAL = { files: 8, open: 8, closes: 99, sliceMebibytes: 16, reads: 4, writes: 2, thread: 'page' }

/** The ways tried in every run; the best of them is the limit. */
export const WAYS = [
  { ...USUAL, files: 1, open: 1 },
  { ...USUAL, files: 4, open: 4 },
  { ...USUAL, files: 8, open: 8 },
  { ...USUAL, sliceMebibytes: 8, reads: 8, thread: 'worker' },
  { ...USUAL, files: 32, open: 4, closes: 4, thread: 'worker' },
]

/** Ways that were found no better, or hardly; for looking again on another machine. */
export const MORE_WAYS = [
  { ...USUAL, sliceMebibytes: 8, reads: 8 },
  { ...USUAL, reads: 8 },
  { ...USUAL, thread: 'worker' },
  { ...USUAL, files: 16, open: 16 },
  { ...USUAL, files: 16, open: 8, closes: 99, sliceMebibytes: 8, thread: 'worker' },
]

/** @param {Way} way */
export function nameOf(way) {
  const files = way.files === 1 ? '1 file' : `${way.files} files`
  const at = way.open === way.files ? 'at once' : `${way.open} at once`
  const closes = way.closes < way.files ? `, ${way.closes} closes` : ''
  return `${files}${way.files === 1 ? '' : ` ${at}`}${closes}, ${way.sliceMebibytes} MiB, ${way.reads} reads, ${way.thread}`
}

/**
 * @param {import('../browser.mjs').BenchBrowser} browser
 * @param {string[]} models folders of the inputs, read from the page cache
 * @param {Way[]} ways
 * @param {(copy: Copy) => void} done
 */
export async function measureCopyLimit(browser, models, ways, done) {
  const server = await serveFolder(new URL('.', import.meta.url), ['page.mjs', 'copy.mjs', 'worker.mjs'])
  const page = await browser.context.newPage()
  try {
    for (const way of ways) {
      await page.goto(server.url)
      await page.waitForFunction(() => 'copyLimit' in globalThis)
      const output = outputFolder()
      for (const folder of [...models, output.path]) await giveFolder(page, folder)
      const counted = countCpu(browser.profile)
      const result = await page.evaluate(async (settings) => {
        const handles = globalThis.benchFolders.splice(0)
        const folder = handles.pop()
        await folder.requestPermission({ mode: 'readwrite' })
        return globalThis.copyLimit(handles, folder, settings)
      }, way)
      const cpu = counted()
      const bytes = result.bytesRead + result.bytesWritten
      done({ way: nameOf(way), seconds: result.seconds, bytes, cpu })
      if (output.byteLength() !== result.bytesWritten)
        throw new Error(`The copy wrote ${output.byteLength()} bytes; ${result.bytesWritten} were expected.`)
      output.remove()
    }
  } finally {
    await page.close()
    server.close()
  }
}
