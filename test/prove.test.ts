import { expect, test } from 'vitest'
import { proveTensor, sampleJobs } from '../src/merge/prove.ts'
import type { FloatDType } from '../src/tensor/dtype.ts'
import { type MergedInMemory, mergeInMemory } from './support/merge-in-memory.ts'
import { llama } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

const stages = (dtype: string) => `name: one
merge_method: slerp
base_model: a
models: [{model: a}, {model: b}]
parameters: {t: [0.25, 0.3, 0.5]}
dtype: ${dtype}
---
merge_method: slerp
base_model: one
models: [{model: one}, {model: c}]
parameters: {t: 0.4}
dtype: ${dtype}
`

async function merged(dtype: FloatDType, name: string): Promise<MergedInMemory> {
  const size = { dtype, hidden: 16 }
  const models = [
    llama('a', { ...size, vocabulary: 24 }),
    llama('b', { ...size, vocabulary: 22 }),
    llama('c', { ...size, vocabulary: 20 }),
  ]
  return mergeInMemory(stages(name), models, SETTINGS)
}

async function proveAll({ plan, opened, files }: MergedInMemory, memoryBudget = 2 ** 30) {
  const signal = new AbortController().signal
  return Promise.all(
    sampleJobs(plan, plan.jobs.length).map((job) => {
      const shard = files.get(plan.shards[job.shard]?.name ?? '') ?? new Uint8Array(0)
      const written = async (from: number, to: number) => shard.slice(job.offset + from, job.offset + to)
      return proveTensor(
        job,
        opened.map((one) => one.files),
        written,
        memoryBudget,
        signal,
      )
    }),
  )
}

for (const [dtype, name] of [
  ['BF16', 'bfloat16'],
  ['F16', 'float16'],
  ['F32', 'float32'],
] as const)
  test(`two stages in ${dtype} are within ${dtype === 'F32' ? 'sixteen units' : 'one unit'} of the last place of the float64 result, and 16-bit ones nearly all exact`, async () => {
    const merge = await merged(dtype, name)
    const proofs = await proveAll(merge)
    expect(proofs).toHaveLength(merge.plan.jobs.length)
    expect(Math.max(...proofs.map(({ largestUlp }) => largestUlp))).toBeLessThanOrEqual(dtype === 'F32' ? 16 : 1)
    const sum = (of: 'elements' | 'different') => proofs.reduce((total, proof) => total + proof[of], 0)
    expect(sum('elements')).toBe(merge.plan.totals.parameters)
    if (dtype !== 'F32') expect(sum('different') / sum('elements')).toBeLessThan(0.01)
  })

test('a single flipped bit is found, with its distance', async () => {
  const merge = await merged('BF16', 'bfloat16')
  const job = merge.plan.jobs[4]
  const shard = merge.files.get(merge.plan.shards[job?.shard ?? 0]?.name ?? '')
  if (job === undefined || shard === undefined) throw new Error('the merge is smaller than expected')
  const before = (await proveAll(merge)).find(({ tensor }) => tensor === job.name)
  shard[job.offset + 2] = (shard[job.offset + 2] ?? 0) ^ 8
  const found = (await proveAll(merge)).find(({ tensor }) => tensor === job.name)
  expect(found?.different).toBe((before?.different ?? 0) + 1)
  expect(found?.largestUlp).toBeGreaterThan(1)
  expect(found?.largestUlp).toBeLessThanOrEqual(8)
})

test('a sample has as many different tensors as asked for, and never copies', async () => {
  const { plan } = await merged('BF16', 'bfloat16')
  const sample = sampleJobs(plan, 5)
  expect(new Set(sample).size).toBe(5)
  expect(sampleJobs({ ...plan, jobs: plan.jobs.map((job) => ({ ...job, kind: 'copy' as const })) }, 5)).toEqual([])
})

const MIXED = `name: one
merge_method: ties
base_model: a
models:
  - {model: b, parameters: {weight: 0.5, density: 0.6}}
  - {model: c, parameters: {weight: 0.4, density: 0.3}}
dtype: bfloat16
---
name: two
merge_method: dare_linear
base_model: a
models:
  - {model: b, parameters: {weight: 0.5, density: 0.6}}
  - {model: c, parameters: {weight: 0.4, density: 0.3}}
dtype: bfloat16
---
merge_method: slerp
base_model: one
models: [{model: one}, {model: two}]
parameters: {t: 0.4}
dtype: bfloat16
`

test('element-wise stages and a slerp of them are within one unit of the last place, and nearly all exact', async () => {
  const models = ['a', 'b', 'c'].map((name, i) => llama(name, { hidden: 16, vocabulary: 24 - 2 * i }))
  const merge = await mergeInMemory(MIXED, models, SETTINGS)
  const proofs = await proveAll(merge)
  expect(proofs).toHaveLength(merge.plan.jobs.length)
  // What cancels in the difference of two models is no more exact than their own last places.
  expect(Math.max(...proofs.map(({ largestUlp }) => largestUlp))).toBeLessThanOrEqual(1)
  const sum = (of: 'elements' | 'different') => proofs.reduce((total, proof) => total + proof[of], 0)
  expect(sum('different') / sum('elements')).toBeLessThan(0.01)
})
