import { cpSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { fileHashes } from './file-hashes.ts'
import { expect, test } from './fixtures.ts'
import { Folders } from './folders.ts'
import { LLAMA_7B, writeLlama } from './llama-shapes.ts'
import { Studio } from './studio.ts'

// What can come between Merge and its end, short of a crash.

/** Some 200 MB in many shards: long enough to be interrupted. */
const SHAPE = { ...LLAMA_7B, layers: 8, hidden: 1024, intermediate: 2816, vocabulary: 2000 }

async function prepareLong(studio: Studio, makeFolder: (name: string) => string): Promise<string[]> {
  const folders = ['base', 'other'].map((name) => makeFolder(name))
  for (const folder of folders) writeLlama(folder, SHAPE, 2)
  await studio.open()
  for (const folder of folders) await studio.addModel(folder)
  const [base = '', other = ''] = folders.map((folder) => basename(folder))
  await studio.importRecipe(`merge_method: slerp
base_model: ${base}
models: [{model: ${base}}, {model: ${other}}]
parameters: {t: 0.5}
dtype: float16
`)
  await studio.setEngine('WebAssembly')
  await studio.setShardSize('10MB')
  return folders
}

function shardsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.safetensors') && statSync(join(folder, name)).size > 0)
}

test('a merge is paused, stands still, and is resumed', async ({ studio, makeFolder }) => {
  const output = makeFolder('out')
  await prepareLong(studio, makeFolder)
  await studio.outputFolder(output)
  await studio.merge()
  const { page } = studio
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  const progress = page.getByRole('progressbar', { name: 'Merge progress' })
  await expect(progress).toHaveAttribute('aria-valuetext', /^Paused/)
  await page.waitForTimeout(1500)
  const then = shardsIn(output)
  await page.waitForTimeout(500)
  expect(shardsIn(output)).toEqual(then)
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await studio.waitDone()
  expect(readdirSync(output)).toContain('model.safetensors.index.json')
})

test('a cancelled merge is continued from its finished shards, or its folder is cleaned', async ({
  studio,
  makeFolder,
}) => {
  const output = makeFolder('out')
  await prepareLong(studio, makeFolder)
  await studio.outputFolder(output)
  await studio.merge()
  const { page } = studio
  const cancelLater = async () => {
    await expect.poll(() => shardsIn(output).length, { intervals: [20] }).toBeGreaterThan(2)
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await expect(page.getByRole('button', { name: 'Continue', exact: true })).toBeVisible()
  }
  await cancelLater()
  expect(readdirSync(output).filter((name) => name.endsWith('.crswap'))).toEqual([])
  await expect(page.getByRole('region', { name: 'Unfinished merge' })).toContainText(/\d+ of \d+ shards are there/)
  await page.getByRole('button', { name: 'Clean the folder' }).click()
  await expect(page.getByRole('button', { name: 'Continue', exact: true })).toBeHidden()
  expect(readdirSync(output)).toEqual([])
  await studio.merge()
  await cancelLater()
  const kept = shardsIn(output).map((name) => [name, statSync(join(output, name)).mtimeMs])
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await studio.waitDone()
  for (const [name, time] of kept) expect(statSync(join(output, String(name))).mtimeMs, String(name)).toBe(time)
})

test('a second tab is refused the folder that the first one writes to', async ({ studio, makeFolder, context }) => {
  const output = makeFolder('out')
  await prepareLong(studio, makeFolder)
  await studio.outputFolder(output)
  await studio.merge()
  await studio.page.getByRole('button', { name: 'Pause', exact: true }).click()
  const page = await context.newPage()
  const second = new Studio(page, new Folders(page))
  await second.open()
  for (const model of modelsOf('gradient-slerp')) await second.addModel(model)
  await second.importRecipe(recipeOf('gradient-slerp'))
  const free = makeFolder('free')
  await second.outputFolder(free)
  await expect(second.mergeButton).toBeEnabled()
  // The folder became the first tab's after it was chosen here: the press of Merge finds out.
  await second.outputFolder(output)
  await second.waitForError(/tab|not empty|unfinished/i).catch(() => undefined)
  const go = page.getByRole('button', { name: 'Continue', exact: true })
  if (await go.isVisible()) await go.click()
  await second.waitForError(/[Aa]nother tab/)
  await page.close()
  await studio.page.bringToFront()
  await studio.page.getByRole('button', { name: 'Resume', exact: true }).click()
  await studio.waitDone()
})

test('a source that is touched during a merge stops it by name; one click goes on when it is back', async ({
  studio,
  makeFolder,
}) => {
  const output = makeFolder('out')
  const [base = ''] = await prepareLong(studio, makeFolder)
  await studio.outputFolder(output)
  await studio.merge()
  await expect.poll(() => shardsIn(output).length, { intervals: [20] }).toBeGreaterThan(1)
  const shard = join(base, readdirSync(base).filter((name) => name.endsWith('.safetensors'))[1] ?? '')
  renameSync(shard, `${shard}.away`)
  await studio.waitForError(basename(shard))
  renameSync(`${shard}.away`, shard)
  const now = new Date()
  utimesSync(shard, now, now)
  await studio.page.getByRole('button', { name: 'Continue', exact: true }).click()
  await studio.waitDone()
})

test('an unfinished folder with a file of somebody else in it is left alone', async ({ studio, makeFolder }) => {
  const output = makeFolder('out')
  writeFileSync(join(output, 'slerp-studio.partial.json'), '')
  writeFileSync(join(output, 'thesis.txt'), 'mine')
  const before = fileHashes(output)
  await studio.open()
  await studio.outputFolder(output)
  await studio.waitForError('thesis.txt')
  await expect(studio.page.getByRole('button', { name: 'Choose another folder' })).toBeVisible()
  expect(fileHashes(output)).toEqual(before)
})

test('other models than those of the unfinished merge are named before anything is written', async ({
  studio,
  makeFolder,
}) => {
  const output = makeFolder('out')
  const folders = await prepareLong(studio, makeFolder)
  await studio.outputFolder(output)
  await studio.merge()
  await expect.poll(() => shardsIn(output).length, { intervals: [20] }).toBeGreaterThan(1)
  await studio.page.getByRole('button', { name: 'Cancel', exact: true }).click()
  const go = studio.page.getByRole('button', { name: 'Continue', exact: true })
  await expect(go).toBeVisible()
  const [base = ''] = folders
  const smaller = makeFolder('smaller')
  studio.sources.clear()
  writeLlama(smaller, { ...SHAPE, layers: 7 }, 2)
  for (const name of readdirSync(smaller)) cpSync(join(smaller, name), join(base, name))
  const before = fileHashes(output)
  await go.click()
  await studio.waitForError(basename(base))
  expect(fileHashes(output)).toEqual(before)
})

/** What stands in for the screen's lock, since a headless browser has no screen: it counts, and ends when the page is hidden. */
function installWakeLock(): void {
  const held = new Set<EventTarget>()
  const lock = {
    asked: 0,
    get held() {
      return held.size
    },
  }
  const request = async () => {
    lock.asked++
    const sentinel = new EventTarget()
    held.add(sentinel)
    const release = async () => void held.delete(sentinel)
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && held.delete(sentinel))
    return Object.assign(sentinel, { release, released: false, type: 'screen' })
  }
  Object.defineProperty(navigator, 'wakeLock', { value: { request } })
  Object.assign(window, { screenLock: lock })
}

test('the screen is kept awake while a merge runs: asked for again whenever the page is seen again, given back at the end', async ({
  studio,
  makeFolder,
}) => {
  const { page } = studio
  await page.addInitScript(installWakeLock)
  await prepareLong(studio, makeFolder)
  await studio.outputFolder(makeFolder('out'))
  const lock = () =>
    page.evaluate(() => {
      const { asked, held } = (window as unknown as { screenLock: { asked: number; held: number } }).screenLock
      return { asked, held }
    })
  expect(await lock()).toEqual({ asked: 0, held: 0 })
  await studio.merge()
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  expect(await lock()).toEqual({ asked: 1, held: 1 })
  const see = (state: 'hidden' | 'visible') =>
    page.evaluate((now) => {
      Object.defineProperty(document, 'visibilityState', { value: now, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state)
  // The browser ends the lock of a page that is hidden, and so does a machine that sleeps.
  await see('hidden')
  expect(await lock()).toEqual({ asked: 1, held: 0 })
  await see('visible')
  await expect.poll(lock).toEqual({ asked: 2, held: 1 })
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await studio.waitDone()
  await expect.poll(lock).toEqual({ asked: 2, held: 0 })
  await see('visible')
  expect(await lock()).toEqual({ asked: 2, held: 0 })
})

test('a machine that slept goes on where it was: frozen in the middle of a merge, the page finishes the same files', async ({
  studio,
  makeFolder,
}) => {
  const { page } = studio
  await prepareLong(studio, makeFolder)
  const [whole, slept] = [makeFolder('whole'), makeFolder('slept')]
  await studio.outputFolder(whole)
  await studio.merge()
  await studio.waitDone()
  await studio.outputFolder(slept)
  await studio.merge()
  await expect.poll(() => shardsIn(slept).length, { intervals: [10] }).toBeGreaterThan(1)
  const session = await page.context().newCDPSession(page)
  // Every process of the browser stands still, workers included, and all clocks have jumped when it goes on.
  const { processInfo } = await ((await page.context().browser()?.newBrowserCDPSession()) ?? session).send(
    'SystemInfo.getProcessInfo',
  )
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
  expect(renderers.length).toBeGreaterThan(0)
  for (const id of renderers) process.kill(id, 'SIGSTOP')
  const then = shardsIn(slept)
  await new Promise((resolve) => setTimeout(resolve, 3000))
  expect(shardsIn(slept).length).toBeLessThanOrEqual(then.length + 8)
  for (const id of renderers) process.kill(id, 'SIGCONT')
  await studio.waitDone()
  expect(fileHashes(slept)).toEqual(fileHashes(whole))
})

test('leaving the page asks while a merge runs, and not before or after', async ({ studio, makeFolder }) => {
  const { page } = studio
  await prepareLong(studio, makeFolder)
  await studio.outputFolder(makeFolder('out'))
  const asks = () => page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })))
  expect(await asks()).toBe(false)
  await studio.merge()
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  expect(await asks()).toBe(true)
  const dialog = page.waitForEvent('dialog')
  const leaving = page.close({ runBeforeUnload: true })
  const asked = await dialog
  expect(asked.type()).toBe('beforeunload')
  await asked.dismiss()
  await leaving
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await studio.waitDone()
  expect(await asks()).toBe(false)
})
