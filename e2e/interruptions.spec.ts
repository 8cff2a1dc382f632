import { cpSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { fileHashes } from './file-hashes.ts'
import { expect, test } from './fixtures.ts'
import { Folders } from './folders.ts'
import { writeLlama } from './llama-shapes.ts'
import { prepareLong, SHAPE, shardsIn } from './long-merge.ts'
import { Studio } from './studio.ts'

// What can come between Merge and its end, short of a crash.

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
  const go = page.getByRole('button', { name: 'Continue', exact: true })
  const isSeen = async () => (await go.isVisible()) || (await second.errors()).length > 0
  await expect.poll(isSeen, 'what is in the folder is seen').toBe(true)
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
