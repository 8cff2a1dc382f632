import { expect, test } from 'vitest'
import { createReferenceEngine, createWasmEngine } from '../src/engine/index.ts'
import { loseAtEverySubmit, mergeWith, mortalEngine } from './support/lost-gpu.ts'
import { planInMemory } from './support/merge-in-memory.ts'
import { llama } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

const RECIPE = `merge_method: slerp
base_model: a
models: [{model: a}, {model: b}]
parameters: {t: [0.25, 0.5]}
dtype: bfloat16
`

test('a GPU that is lost at any submit, once or three times in a row, is replaced, and the merge writes the same bytes', {
  timeout: 180_000,
}, async () => {
  // Two tensors, of which the larger exceeds the budget and is read twice; npm run faults does the same with a whole layer.
  const skip = /[kvo]_proj|up_proj|down_proj|norm|lm_head/
  const small = await planInMemory(
    RECIPE,
    ['a', 'b'].map((name) => llama(name, { layers: 1, skip })),
    { ...SETTINGS, shardBytes: 500, memoryBudget: 300 },
  )
  expect(new Set(small.plan.jobs.map(({ kind }) => kind))).toEqual(new Set(['resident', 'streamed']))
  expect(await loseAtEverySubmit(small)).toBeGreaterThan(9)
})

test('a GPU that is lost while an element-wise stage is prepared or computed is replaced as well', {
  timeout: 180_000,
}, async () => {
  const ties = `merge_method: ties
base_model: a
models: [{model: b, parameters: {weight: 0.5, density: 0.4}}]
dtype: bfloat16
`
  const skip = /[kvo]_proj|up_proj|down_proj|norm|lm_head|embed/
  const folders = ['a', 'b'].map((name) => llama(name, { layers: 1, skip }))
  const small = await planInMemory(ties, folders)
  expect(small.plan.jobs.map(({ kind }) => kind)).toEqual(['resident'])
  expect(await loseAtEverySubmit(small)).toBeGreaterThan(9)
})

const planned = await planInMemory(RECIPE, [llama('a', { layers: 1 }), llama('b', { layers: 1 })], {
  ...SETTINGS,
  shardBytes: 1000,
})

test('after three losses WebAssembly goes on, and the report says what made which tensor', async () => {
  const lost = await mergeWith(planned, await mortalEngine(9), (losses) =>
    losses < 3 ? mortalEngine(9) : createWasmEngine(),
  )
  expect(lost.report.gpuLosses).toBe(3)
  expect(lost.report.engine).toBe('wasm')
  expect(new Set(lost.report.tensors.map(({ engine }) => engine))).toContain('wasm')
  expect(lost.files).toEqual((await mergeWith(planned, createReferenceEngine())).files)
})

test('a loss without a successor ends the merge in words', async () => {
  await expect(mergeWith(planned, await mortalEngine(5))).rejects.toThrow(/The GPU was lost/)
})
