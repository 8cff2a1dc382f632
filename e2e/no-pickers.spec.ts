import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Download, Page } from '@playwright/test'
import { compareWithCase } from './comparator.ts'
import { caseFolder, modelsOf, recipeOf } from './conformance-cases.ts'
import { fileHashes } from './file-hashes.ts'
import { expect, test } from './fixtures.ts'
import { writeLlama } from './llama-shapes.ts'
import { SHAPE, slerpOf } from './long-merge.ts'
import { startMortal } from './mortal-browser.ts'
import type { Studio } from './studio.ts'

// Browsers without folder pickers and without WebGPU, as Firefox and Safari are in part: models come from file inputs, the merge goes to
// the browser's own storage, and is downloaded from there.

/** Takes away what such a browser lacks. `createWritable` too, where its own storage is written through synchronous handles alone. */
async function lack(page: Page, streams: boolean): Promise<{ readonly workers: readonly string[] }> {
  const workers: string[] = []
  await page.addInitScript(() => {
    // A service worker would hand out scripts past the route below.
    Reflect.deleteProperty(Navigator.prototype, 'serviceWorker')
    const w = window as unknown as Record<string, unknown>
    for (const name of ['showDirectoryPicker', 'showOpenFilePicker', 'showSaveFilePicker'])
      Reflect.deleteProperty(w, name)
    Reflect.deleteProperty(DataTransferItem.prototype, 'getAsFileSystemHandle')
    Reflect.deleteProperty(Navigator.prototype, 'gpu')
  })
  // Workers run no init scripts: theirs come before the worker's own.
  const removals = `Reflect.deleteProperty(WorkerNavigator.prototype, 'gpu');${streams ? '' : "Reflect.deleteProperty(FileSystemFileHandle.prototype, 'createWritable');"}`
  await page.route(/worker.*\.js$/, async (route) => {
    const response = await route.fetch()
    workers.push(new URL(route.request().url()).pathname)
    await route.fulfill({ response, body: removals + (await response.text()) })
  })
  return { workers }
}

/** Chooses a folder in the file input behind "Add model". */
async function chooseFolder(studio: Studio, folder: string): Promise<void> {
  await studio.page.getByLabel('Folder of a model').setInputFiles(folder)
  const card = studio.models.getByRole('listitem').filter({ hasText: basename(folder) })
  await expect(card.first()).toBeVisible()
}

async function save(download: Download, folder: string): Promise<void> {
  await download.saveAs(join(folder, download.suggestedFilename()))
}

/** Clicks every link of the list, one after the other. */
async function downloadEach(page: Page, folder: string): Promise<void> {
  const links = page.getByRole('list', { name: 'Files to download' }).getByRole('link')
  await expect(links.first()).toBeVisible()
  for (const link of await links.all()) {
    const download = page.waitForEvent('download')
    await link.click()
    await save(await download, folder)
    // Chromium takes ten downloads a second from a page and drops the next in silence.
    await page.waitForTimeout(110)
  }
}

for (const streams of [true, false])
  test(`lzlv goes from file inputs to downloaded files${streams ? '' : ', in a browser without createWritable'}`, async ({
    studio,
    makeFolder,
  }) => {
    const { page } = studio
    const { workers } = await lack(page, streams)
    await studio.open()
    const sentence = page.getByText('no folder access (showDirectoryPicker) and no WebGPU')
    await expect(sentence).toContainText('WebAssembly')
    await expect(sentence).toContainText('download it')
    for (const model of modelsOf('lzlv')) await chooseFolder(studio, model)
    await studio.importRecipe(recipeOf('lzlv'))
    await studio.setShardSize('40KB')
    await studio.merge()
    await studio.waitDone()
    expect(workers.join()).toContain('merge.worker')
    expect(Object.keys(await studio.tensorsByEngine())).not.toContain('WebGPU')
    const each = makeFolder('each')
    await downloadEach(page, each)
    const { failures, warnings } = compareWithCase(caseFolder('lzlv'), each)
    expect([...failures, ...warnings]).toEqual([])
    expect(readdirSync(each).sort()).toEqual((await studio.writtenFiles()).sort())

    const all = makeFolder('all')
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: /Download all/ }).click()
    await save(await download, all)
    execFileSync('tar', ['-xf', join(all, 'merged-model.tar'), '-C', all])
    expect(fileHashes(join(all, 'merged-model'))).toEqual(fileHashes(each))

    await page.getByRole('button', { name: 'Remove from the browser’s storage' }).click()
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await page.getByRole('button', { name: 'Remove from the browser’s storage' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await expect(studio.mergeButton).toBeEnabled()
    expect(await storedFiles(page)).toEqual([])
  })

/** How many shards of a merge into the browser's storage are on record; none while the record is replaced. */
function recordedShards(page: Page): Promise<number> {
  return page.evaluate(async () => {
    try {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('merged model')
      const record = await (await folder.getFileHandle('slerp-studio.partial.json')).getFile()
      return (JSON.parse(await record.text()) as { finished: unknown[] }).finished.length
    } catch {
      return 0
    }
  })
}

/** Names of all files in the browser's own storage. */
function storedFiles(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names: string[] = []
    const list = async (folder: FileSystemDirectoryHandle): Promise<void> => {
      for await (const entry of folder.values())
        if (entry.kind === 'file') names.push(entry.name)
        else await list(entry as FileSystemDirectoryHandle)
    }
    await list(await navigator.storage.getDirectory())
    return names
  })
}

test('a finished merge is still there after a reload, and files chosen one by one are a model too', async ({
  studio,
  makeFolder,
}) => {
  const { page } = studio
  await lack(page, true)
  await studio.open()
  for (const [index, model] of modelsOf('gradient-slerp').entries()) {
    const files = readdirSync(model).map((name) => join(model, name))
    await page.getByLabel('Files of a model').setInputFiles(files)
    await expect(studio.models.getByRole('listitem')).toHaveCount(index + 1)
  }
  await studio.importRecipe(recipeOf('gradient-slerp'))
  // Files alone do not tell the name of their folder, so that each model is chosen by hand.
  for (const [index, model] of modelsOf('gradient-slerp').entries()) {
    const choice = page.getByRole('combobox', { name: new RegExp(basename(model)) })
    await choice.selectOption({ index: index + 1 })
  }
  await studio.merge()
  await studio.waitDone()
  await page.reload()
  await page.getByRole('button', { name: 'Download or remove…' }).click()
  const each = makeFolder('each')
  await downloadEach(page, each)
  const { failures, warnings } = compareWithCase(caseFolder('gradient-slerp'), each)
  expect([...failures, ...warnings]).toEqual([])
})

/** Chromium tells every page that it has 10 GiB; a browser that tells its room is stood in for by this much. */
const ROOM = 20_000

test('a merge that the browser’s storage has no room for is refused before a byte is written', async ({ studio }) => {
  const { page } = studio
  await lack(page, true)
  await page.addInitScript((quota) => {
    if (isSecureContext) StorageManager.prototype.estimate = async () => ({ quota, usage: 0 })
  }, ROOM)
  await studio.open()
  for (const model of modelsOf('lzlv')) await chooseFolder(studio, model)
  await studio.importRecipe(recipeOf('lzlv'))
  await studio.waitForError('storage has room for', 'the merge needs')
  await expect(studio.mergeButton).toBeDisabled()
  expect(await storedFiles(page)).toEqual([])
})

test('storage that is full although the browser did not tell ends the merge with the bytes that are missing', async ({
  studio,
}) => {
  const { page } = studio
  await lack(page, true)
  await studio.open()
  const session = await page.context().newCDPSession(page)
  const { origin } = new URL(page.url())
  for (const model of modelsOf('lzlv')) await chooseFolder(studio, model)
  await studio.importRecipe(recipeOf('lzlv'))
  await studio.setShardSize('40KB')
  const usage = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0)
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 100_000 })
  await studio.merge()
  await studio.waitForError('browser’s own storage is full', /\d+ bytes/)
  await session.send('Storage.overrideQuotaForOrigin', { origin })
  await page.getByRole('button', { name: 'Continue', exact: true }).or(studio.mergeButton).first().click()
  await studio.waitDone()
})

test('a folder that is dropped is a model, without handles too', async ({ studio }) => {
  await lack(studio.page, true)
  await studio.open()
  const [model = ''] = modelsOf('lzlv')
  await studio.dropFolder(model)
  await expect(studio.models.getByRole('listitem').filter({ hasText: basename(model) })).toBeVisible()
})

for (const streams of [true, false])
  test(`a browser is killed in the middle of a merge, and the next one goes on to the same files${streams ? '' : ' (without createWritable)'}`, async ({
    makeFolder,
    baseURL,
  }) => {
    test.setTimeout(180_000)
    const sources = ['base', 'other'].map((name) => {
      const folder = join(makeFolder('models'), name)
      mkdirSync(folder)
      writeLlama(folder, SHAPE, 2)
      return folder
    })
    const profile = makeFolder('profile')
    const origin = baseURL ?? ''
    const begin = async () => {
      const browser = await startMortal(profile, origin)
      const { workers } = await lack(browser.page, streams)
      await browser.studio.open()
      for (const source of sources) await chooseFolder(browser.studio, source)
      return { ...browser, workers }
    }
    const first = await begin()
    await first.studio.importRecipe(slerpOf(sources))
    await first.studio.setShardSize('10MB')
    await first.studio.merge()
    await expect.poll(() => recordedShards(first.page), { intervals: [20], timeout: 60_000 }).toBeGreaterThan(0)
    await first.kill()

    const second = await begin()
    await expect(second.page.getByRole('region', { name: 'Unfinished merge' })).toContainText(/[1-9]\d* of \d+ shards/)
    await second.page.getByRole('button', { name: 'Continue', exact: true }).click()
    await second.studio.waitDone(90_000)
    await expect(second.page.getByText('Kept from before')).toBeVisible()
    for (const { workers } of [first, second]) expect(workers.join()).toContain('merge.worker')
    const resumed = makeFolder('resumed')
    await downloadEach(second.page, resumed)
    expect(await storedFiles(second.page)).toHaveLength(readdirSync(resumed).length)
    await second.page.getByRole('button', { name: 'Remove from the browser’s storage' }).click()
    await second.page.getByRole('button', { name: 'Remove', exact: true }).click()
    await second.studio.merge()
    await second.studio.waitDone(90_000)
    const whole = makeFolder('whole')
    await downloadEach(second.page, whole)
    expect(fileHashes(resumed)).toEqual(fileHashes(whole))
    await second.close()
  })
