import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from './fixtures.ts'
import { LLAMA_7B, writeLlama } from './llama-shapes.ts'

test('a cancelled merge leaves no index and no half-written file, and the next one goes on', async ({
  studio,
  makeFolder,
}) => {
  // Some 200 MB: long enough to be cancelled, short enough to be merged once more.
  const shape = { ...LLAMA_7B, layers: 8, hidden: 1024, intermediate: 2816, vocabulary: 2000 }
  const [base, other, cancelled, finished] = ['base', 'other', 'cancelled', 'finished'].map((name) => makeFolder(name))
  if (!base || !other || !cancelled || !finished) throw new Error('four folders were asked for')
  for (const folder of [base, other]) writeLlama(folder, shape, 2)
  await studio.open()
  await studio.addModel(base)
  await studio.addModel(other)
  await studio.importRecipe(`merge_method: slerp
base_model: ${basename(base)}
models:
  - model: ${basename(base)}
  - model: ${basename(other)}
parameters:
  t: 0.5
dtype: float16
`)
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
