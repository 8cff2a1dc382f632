import { basename } from 'node:path'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import { LLAMA_70B, writeLlama, writeLlamaInOneFile } from './llama-shapes.ts'

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

test('a tensor that lies beyond 2^37 bytes in its file is read where it is', async ({ studio, makeFolder }) => {
  const folders = ['long-a', 'long-b'].map(makeFolder)
  const norms = folders.map((folder, turn) => {
    const norm = Uint16Array.from({ length: LLAMA_70B.hidden }, (_, i) => halfNear1((i * (7 + 4 * turn)) % 1024))
    const offset = writeLlamaInOneFile(folder, LLAMA_70B, 'model.norm.weight', new Uint8Array(norm.buffer))
    expect(offset).toBeGreaterThan(2 ** 37)
    return Float64Array.from(norm, fromHalfNear1)
  })
  const [a = new Float64Array(), b = new Float64Array()] = norms
  const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0)
  const cos = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
  expect(cos).toBeLessThan(0.999)

  await studio.open()
  for (const folder of folders) await studio.addModel(folder)
  const [base, other] = folders.map((folder) => basename(folder))
  await studio.importRecipe(
    `merge_method: slerp
base_model: ${base}
models:
  - model: ${base}
  - model: ${other}
parameters:
  t: 0.5
dtype: float16
`,
  )
  await studio.showTensors()
  await studio.page.getByRole('textbox', { name: 'Filter tensors' }).fill('model.norm')
  const row = studio.tensorTable.locator('tbody tr').first()
  await expect(row.locator('.col-name')).toHaveAttribute('title', 'model.norm.weight')
  const shown = row.locator('.col-angle .measure-more')
  await expect(shown).toHaveAttribute('title', /^cos 0\.\d+/, { timeout: 60_000 })
  const title = (await shown.getAttribute('title')) ?? ''
  expect(Math.abs(Number(title.replace('cos ', '')) - cos)).toBeLessThan(1e-9)
})

/** An F16 from 1 on in steps of 2^-10, as its bits. */
function halfNear1(step: number): number {
  return 0x3c00 + step
}

function fromHalfNear1(bits: number): number {
  return 1 + (bits - 0x3c00) / 1024
}
