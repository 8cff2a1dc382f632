import { readdirSync } from 'node:fs'
import { expect, test } from './fixtures.ts'
import { slerpOf, writeLong } from './long-merge.ts'

test('a cancelled merge leaves no index and no half-written file, and the next one goes on', async ({
  studio,
  makeFolder,
}) => {
  const folders = writeLong(makeFolder)
  const [cancelled, finished] = [makeFolder('cancelled'), makeFolder('finished')]
  await studio.open()
  for (const folder of folders) await studio.addModel(folder)
  await studio.importRecipe(slerpOf(folders))
  const progress = studio.page.getByRole('progressbar', { name: 'Merge progress' })
  await studio.outputFolder(cancelled)
  await studio.merge()
  await expect(progress).toBeVisible()
  await studio.page.getByRole('button', { name: 'Cancel' }).click()
  await expect(progress).toBeHidden()
  await expect(studio.page.getByRole('status').filter({ hasText: 'Merge complete' })).toBeHidden()
  expect(readdirSync(cancelled).filter((name) => /index\.json$|\.crswap$/.test(name))).toEqual([])
  await studio.outputFolder(finished)
  await studio.merge()
  await studio.waitDone()
  expect(readdirSync(finished)).toContain('model.safetensors.index.json')
})
