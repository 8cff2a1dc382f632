import { expect, test } from 'vitest'
import { planInMemory } from '../../test/support/merge-in-memory.ts'
import { llama } from '../../test/support/model-in-memory.ts'
import { SETTINGS } from '../../test/support/settings.ts'
import { readSafetensors } from '../formats/safetensors.ts'
import { canonical } from './fingerprint.ts'
import type { PlanSettings } from './settings.ts'

const RECIPE = `merge_method: slerp
base_model: a
models: [{model: a}, {model: b}]
parameters: {t: [0.25, 0.5]}
dtype: bfloat16
`

async function fingerprint(text = RECIPE, change: { settings?: Partial<PlanSettings>; hidden?: number } = {}) {
  const size = { hidden: change.hidden ?? 8 }
  const { plan } = await planInMemory(text, [llama('a', size), llama('b', size)], { ...SETTINGS, ...change.settings })
  return plan.fingerprint
}

test('comments, spacing, style and the memory budget do not change a fingerprint', async () => {
  const text = `# mine\n\n${RECIPE.replace('[0.25, 0.5]', '[ 0.250, 0.5 ]')}`
  expect(await fingerprint(text, { settings: { memoryBudget: 2 ** 20 } })).toEqual(await fingerprint())
})

test('what is written for the model card does not change a fingerprint, nor a shard', async () => {
  const card = { title: 'Mine', introduction: 'Hello.', prompt: '', notes: 'The end.' }
  expect(await fingerprint(RECIPE, { settings: { card } })).toEqual(await fingerprint())
})

test('t, the output dtype and the shard size change the half of the recipe alone', async () => {
  const before = await fingerprint()
  for (const after of [
    await fingerprint(RECIPE.replace('0.25', '0.26')),
    await fingerprint(RECIPE, { settings: { dtype: 'F16' } }),
    await fingerprint(RECIPE, { settings: { shardBytes: 1000 } }),
  ]) {
    expect(after.recipe).not.toBe(before.recipe)
    expect(after.inputs).toBe(before.inputs)
  }
})

test('models of another shape, and the same models the other way round, change the half of the inputs', async () => {
  const before = await fingerprint()
  expect((await fingerprint(RECIPE, { hidden: 16 })).inputs).not.toBe(before.inputs)
  expect((await fingerprint(RECIPE, { hidden: 16 })).recipe).toBe(before.recipe)
})

test('every shard carries the fingerprint in its metadata', async () => {
  const { plan } = await planInMemory(RECIPE, [llama('a', {}), llama('b', {})], { ...SETTINGS, shardBytes: 700 })
  expect(plan.shards.length).toBeGreaterThan(3)
  for (const { name, header, byteLength } of plan.shards) {
    const file = new Blob([header, new Uint8Array(byteLength - header.length)])
    const { metadata } = await readSafetensors(name, file)
    expect([...metadata]).toEqual([
      ['format', 'pt'],
      ['slerp_studio_recipe', plan.fingerprint.recipe],
      ['slerp_studio_inputs', plan.fingerprint.inputs],
    ])
  }
})

test('the canonical text tells apart what differs and does not depend on the order of members', () => {
  expect(canonical({ b: 1, a: [new Map([['x', -0]])], line: 3 })).toBe(canonical({ a: [new Map([['x', -0]])], b: 1 }))
  expect(canonical({ a: [1, 2] })).not.toBe(canonical({ a: [12] }))
  expect(canonical({ a: -0 })).not.toBe(canonical({ a: 0 }))
})
