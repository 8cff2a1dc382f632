import { expect, test } from './fixtures.ts'
import { LLAMA_7B, writeLlama } from './llama-shapes.ts'
import { slerpOf } from './long-merge.ts'

const EXPECTED = 'Expected time'

test('how long a merge will take stands there before it is pressed, once one has been measured here', async ({
  studio,
  makeFolder,
}) => {
  test.slow()
  const shape = { ...LLAMA_7B, layers: 4, hidden: 2048, intermediate: 5632, vocabulary: 4000 }
  const folders = ['base', 'other'].map((name) => makeFolder(name))
  for (const folder of folders) writeLlama(folder, shape, 1)
  await studio.open()
  for (const folder of folders) await studio.addModel(folder)
  await studio.importRecipe(slerpOf(folders))
  const totals = studio.page.getByLabel('Totals of the plan')
  await expect(totals.getByText('Read once')).toBeVisible()
  await expect(totals.getByText(EXPECTED)).toBeHidden()
  await studio.setEngine('WebAssembly')
  await studio.outputFolder(makeFolder('merged'))
  await studio.merge()
  await studio.waitDone(90_000)
  await studio.outputFolder(makeFolder('again'))
  await expect(totals.getByText(EXPECTED)).toBeVisible()
  await expect(totals.getByText(/^about \d+ s$/)).toBeVisible()
})
