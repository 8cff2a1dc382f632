import { join } from 'node:path'
import { readCheckpoint } from './checkpoint-on-disk.ts'
import { expect, test } from './fixtures.ts'
import { writeTokenModel } from './token-models.ts'
import type { TensorBytes } from './write-safetensors.ts'

const VISION = 'vision_tower.encoder.layers'
const PROJECTOR = 'multi_modal_projector.linear.weight'

const RECIPE = `merge_method: slerp
base_model: first
modules:
  text_decoder:
    models: [{model: first}, {model: second}]
  vision_tower:
    models: [{model: first}, {model: second}]
    parameters: {t: [0, 0.5, 1]}
parameters: {t: 0.5}
dtype: bfloat16
`

/** Parts that see, with the same number in every element. */
function parts(byte: number): ReadonlyMap<string, TensorBytes> {
  const tensor = (): TensorBytes => ({ dtype: 'BF16', shape: [4], bytes: new Uint8Array(8).fill(byte) })
  return new Map([...[0, 1, 2].map((layer) => `${VISION}.${layer}.weight`), PROJECTOR].map((name) => [name, tensor()]))
}

test('a multimodal model is merged by modules, its other parts come from the base model', async ({
  studio,
  makeFolder,
}) => {
  const parent = makeFolder('models')
  const [first, second, output] = [join(parent, 'first'), join(parent, 'second'), makeFolder('merged')]
  writeTokenModel(first, ['a', 'b'], 1, parts(0x3e))
  writeTokenModel(second, ['a', 'b'], 2, parts(0x40))
  await studio.open()
  for (const folder of [first, second]) await studio.addModel(folder)
  await studio.importRecipe(RECIPE)
  await expect
    .poll(async () => (await studio.problems()).join(' | '))
    .toContain('write modules with text_decoder and multi_modal_projector')
  await studio.outputFolder(output)
  await studio.merge()
  await studio.waitDone()
  const [a, b, merged] = [first, second, output].map((folder) => readCheckpoint(folder).tensors)
  const bytes = (tensors: typeof merged, name: string) => Buffer.from(tensors?.get(name)?.bytes ?? []).toString('hex')
  expect([...(merged?.keys() ?? [])].toSorted()).toEqual([...(a?.keys() ?? [])].toSorted())
  expect(bytes(merged, `${VISION}.0.weight`)).toBe(bytes(a, `${VISION}.0.weight`))
  expect(bytes(merged, `${VISION}.2.weight`)).toBe(bytes(b, `${VISION}.2.weight`))
  expect(bytes(merged, PROJECTOR)).toBe(bytes(a, PROJECTOR))
  for (const name of [`${VISION}.1.weight`, 'model.layers.0.mlp.up_proj.weight'])
    expect([bytes(a, name), bytes(b, name)], name).not.toContain(bytes(merged, name))
})
