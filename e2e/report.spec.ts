import { join } from 'node:path'
import { expect, test } from './fixtures.ts'
import { writeTokenModel } from './token-models.ts'
import type { TensorBytes } from './write-safetensors.ts'

const NAN = 0x7fc0
const INFINITE = 0x7f80
const ONE = 0x3f80

const RECIPE = `merge_method: slerp
base_model: first
models: [{model: first}, {model: second}]
parameters: {t: 0.25}
dtype: bfloat16
`

function bf16(shape: readonly number[], ...bits: number[]): TensorBytes {
  const bytes = new Uint8Array(bits.length * 2)
  for (const [i, value] of bits.entries()) new DataView(bytes.buffer).setUint16(i * 2, value, true)
  return { dtype: 'BF16', shape, bytes }
}

test('NaN, infinities, zero tensors and scalars are named in the report', async ({ studio, makeFolder }) => {
  const { page } = studio
  const parent = makeFolder('models')
  const layer = 'model.layers.1.self_attn'
  const extra = (odd: TensorBytes, empty: TensorBytes) =>
    new Map([
      [`${layer}.odd`, odd],
      [`${layer}.empty`, empty],
      [`${layer}.scale`, bf16([], ONE)],
    ])
  writeTokenModel(join(parent, 'first'), ['a', 'b'], 1, extra(bf16([4], NAN, ONE, INFINITE, NAN), bf16([2], 0, 0)))
  writeTokenModel(join(parent, 'second'), ['a', 'b'], 2, extra(bf16([4], ONE, ONE, ONE, ONE), bf16([2], ONE, ONE)))
  await studio.open()
  for (const name of ['first', 'second']) await studio.addModel(join(parent, name))
  await studio.importRecipe(RECIPE)
  await studio.outputFolder(makeFolder('merged'))
  await studio.merge()
  await studio.waitDone()
  const rows = async (table: string) => {
    const texts = await page.getByRole('table', { name: table }).getByRole('row').allInnerTexts()
    return texts.slice(1).map((text) => text.replaceAll(/\s+/g, ' ').trim())
  }
  expect(await rows('NaN and infinite values')).toEqual([`${layer}.odd first 2 1`])
  expect(await rows('Zero tensors and scalars')).toEqual([
    `${layer}.empty zero in first: it has no direction, and a right angle is taken`,
    `${layer}.scale one number: its direction is its sign alone, so that it is interpolated in a straight line`,
  ])
})
