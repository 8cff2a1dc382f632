import { describe, expect, test } from 'vitest'
import { createReferenceEngine, createWasmEngine, createWebGpuEngine, type Engine } from '../src/engine/index.ts'
import type { ModelFolder } from '../src/formats/checkpoint.ts'
import { mergeInMemory } from './support/merge-in-memory.ts'
import { llama } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

/**
 * The promise of the same bytes everywhere, at the level of whole merges: three engines, read once and read twice, resident or in the
 * smallest tiles, with a later stage and different vocabularies.
 */

const THREE_STAGES = (dtype: string) => `
name: one
merge_method: slerp
base_model: a
models: [{model: a}, {model: b}]
parameters: {t: [0.25, 0.3, 0.5]}
dtype: ${dtype}
---
name: two
merge_method: slerp
base_model: b
models: [{model: b}, {model: c}]
parameters: {t: [0.4, 0.3, 0.25]}
dtype: ${dtype}
---
merge_method: slerp
base_model: one
models: [{model: one}, {model: two}]
parameters: {t: 0.5}
dtype: ${dtype}
`

async function gpuEngine(maxArenaBytes: number): Promise<Engine> {
  const adapter = await navigator.gpu.requestAdapter()
  if (adapter === null) throw new Error('this Chromium was started without WebGPU')
  const device = await adapter.requestDevice()
  return createWebGpuEngine(device, adapter.info, { maxArenaBytes })
}

async function shardBytes(recipe: string, models: readonly ModelFolder[], engine: Engine, memoryBudget: number) {
  const { files, report } = await mergeInMemory(recipe, models, { ...SETTINGS, memoryBudget }, engine)
  expect(report.tensors.every(({ engine: used }) => used === engine.kind)).toBe(true)
  engine.destroy()
  return files.get('model-00001-of-00001.safetensors')
}

describe.each([
  ['BF16', 'bfloat16'],
  ['F16', 'float16'],
] as const)('three stages in %s write the same bytes', (dtype, name) => {
  // The embedding has 60 x 700 elements: three tiles of the smallest size.
  const size = { hidden: 60, layers: 2, dtype }
  const models = [
    llama('a', { ...size, vocabulary: 720 }),
    llama('b', { ...size, vocabulary: 710 }),
    llama('c', { ...size, vocabulary: 700 }),
  ]
  const recipe = THREE_STAGES(name)
  const expected = shardBytes(recipe, models, createReferenceEngine(), 2 ** 30)

  test('with the reference, read twice in the smallest tiles', async () => {
    expect(await shardBytes(recipe, models, createReferenceEngine(), 1)).toEqual(await expected)
  })

  test('with WebAssembly, resident', async () => {
    expect(await shardBytes(recipe, models, await createWasmEngine(), 2 ** 30)).toEqual(await expected)
  })

  test('with WebAssembly, read twice in the smallest tiles', async () => {
    expect(await shardBytes(recipe, models, await createWasmEngine(), 1)).toEqual(await expected)
  })

  test('with WebGPU, resident', async () => {
    expect(await shardBytes(recipe, models, await gpuEngine(2 ** 27), 2 ** 30)).toEqual(await expected)
  })

  test('with WebGPU and an arena too small for a whole tensor', async () => {
    expect(await shardBytes(recipe, models, await gpuEngine(400_000), 1)).toEqual(await expected)
  })
})
