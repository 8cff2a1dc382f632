import { cpSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'

const DATE = 1_700_000_000

test('a second merge of the same files measures nothing; a tensor exchanged in place is found by its hash and made anew', async ({
  studio,
  makeFolder,
}) => {
  const folders = modelsOf('gradient-slerp').map((model) => {
    const copy = makeFolder(basename(model))
    cpSync(model, copy, { recursive: true })
    // Whole seconds: what a file's date has below a millisecond could not be put back.
    for (const name of readdirSync(copy)) utimesSync(join(copy, name), DATE, DATE)
    return copy
  })
  await studio.open()
  for (const folder of folders) await studio.addModel(folder)
  const recipe = modelsOf('gradient-slerp').reduce(
    (text, model, index) => text.replaceAll(`models/${basename(model)}`, basename(folders[index] ?? '')),
    recipeOf('gradient-slerp'),
  )
  await studio.importRecipe(recipe)
  await studio.setEngine('WebAssembly')
  const merge = async (name: string) => {
    const output = makeFolder(name)
    await studio.outputFolder(output)
    await studio.merge()
    await studio.waitDone()
    return output
  }
  const measuredBefore = studio.page.getByRole('region', { name: 'Report' }).getByText('Measured before')
  const first = await merge('first')
  await expect(measuredBefore).toBeHidden()
  const second = await merge('second')
  await expect(measuredBefore).toBeVisible()
  const weights = readdirSync(first).filter((name) => name.endsWith('.safetensors'))
  for (const name of weights)
    expect(readFileSync(join(second, name)).equals(readFileSync(join(first, name)))).toBe(true)

  // Same name, size and date, other bytes: the browser says nothing of it.
  studio.sources.clear()
  const folder = folders[1] ?? ''
  const file = readdirSync(folder).find((name) => name.endsWith('.safetensors')) ?? ''
  const bytes = readFileSync(join(folder, file))
  bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 1
  writeFileSync(join(folder, file), bytes)
  utimesSync(join(folder, file), DATE, DATE)
  await merge('third')
  await expect(studio.page.getByText('had other content than when measured before')).toBeVisible()
})
