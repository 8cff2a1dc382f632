import { basename } from 'node:path'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import { LLAMA_70B, writeLlama } from './llama-shapes.ts'

test('three checkpoints of 138 GB are opened and planned from their headers alone', async ({ studio, makeFolder }) => {
  // The lzlv recipe at its true size: 723 tensors in each of three checkpoints.
  const folders = ['mythospice', 'xwin', 'hermes'].map(makeFolder)
  for (const folder of folders) writeLlama(folder, LLAMA_70B, 15)
  const names = modelsOf('lzlv').map((model) => basename(model))
  const recipe = names.reduce(
    (yaml, name, i) => yaml.replaceAll(`models/${name}`, basename(folders[i] ?? '')),
    recipeOf('lzlv'),
  )
  await studio.open()
  for (const folder of folders) await studio.addModel(folder)
  await studio.importRecipe(recipe)
  await studio.outputFolder(makeFolder('merged'))
  await expect(studio.mergeButton).toBeEnabled()
  expect(await studio.errors()).toEqual([])
  await expect(studio.page.getByText('723').first()).toBeVisible()
})
