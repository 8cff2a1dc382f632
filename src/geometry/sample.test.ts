import { describe, expect, it } from 'vitest'
import { CASES } from '../../e2e/conformance-cases.ts'
import { exactGrams, type OpenedPlan, openCase, planOf } from '../../test/support/weigh.ts'
import { openCheckpoint } from '../formats/open-checkpoint.ts'
import { encodeSafetensorsHeader } from '../formats/safetensors-header.ts'
import { elementCount } from '../tensor/tensor.ts'
import { isExact, type JobGrams, type SamplingBudget, sampleGram, tensorGeometry } from './index.ts'
import { randomOf } from './random.ts'
import { studentQuantile } from './student.ts'
import { chooseTiles } from './tile-choice.ts'

const SMALL: SamplingBudget = { tileBytes: 256, tiles: 8, firstTiles: 3, wholeBytes: 512 }

interface Coverage {
  held: number
  asked: number
  /** Widest interval and largest error, in cosine. */
  readonly widths: number[]
}

/** Counts how often the interval of a sampled cosine holds the exact one, over all stages of all tensors that were not read whole. */
async function count({ plan, opened }: OpenedPlan, budget: SamplingBudget, coverage: Coverage): Promise<void> {
  const files = opened.map((checkpoint) => checkpoint.files)
  for (const job of plan.jobs) {
    if (job.segments.length === 0) continue
    const exact = tensorGeometry(job, await exactGrams(job, opened))
    for await (const grams of sampleGram(job, files, budget)) {
      if (isExact(grams)) continue
      const sampled = tensorGeometry(job, grams)
      expect(sampled.basis).toBe('sampled')
      for (const [s, { cosInterval }] of sampled.stages.entries()) {
        const cos = exact.stages[s]?.cos
        if (cos === null || cos === undefined || cosInterval === null) continue
        coverage.asked++
        coverage.widths.push(cosInterval.high - cosInterval.low)
        if (cosInterval.low <= cos + 1e-12 && cos - 1e-12 <= cosInterval.high) coverage.held++
      }
    }
  }
}

it('holds the exact cosine in its interval for nine tensors of ten, over the conformance models', async () => {
  const coverage: Coverage = { held: 0, asked: 0, widths: [] }
  for (const name of CASES) await count(await openCase(name), SMALL, coverage)
  expect(coverage.asked).toBeGreaterThan(500)
  expect(coverage.held / coverage.asked).toBeGreaterThanOrEqual(0.9)
}, 60_000)

describe.each([
  ['rows of one scale', 0, 0],
  ['rows of varying scale', 1, 0],
  ['rows of varying scale that also differ more or less between the models', 1, 0.7],
])('generated models with %s', (_, scale, apart) => {
  it('hold the exact cosine in the interval for nine tensors of ten, and narrow it with every round', async () => {
    const coverage: Coverage = { held: 0, asked: 0, widths: [] }
    await count(await generated(scale, apart), { ...SMALL, tileBytes: 1024, wholeBytes: 4096 }, coverage)
    expect(coverage.asked).toBeGreaterThanOrEqual(200)
    expect(coverage.held / coverage.asked).toBeGreaterThanOrEqual(0.9)
    // First and second estimates take turns.
    const median = (round: number) =>
      coverage.widths.filter((_, i) => i % 2 === round).toSorted((a, b) => a - b)[50] ?? 0
    expect(median(1)).toBeLessThan(median(0) / 2)
  }, 60_000)
})

/** Two models of 100 matrices; row scales and distances are log-normal with these standard deviations. */
async function generated(scale: number, apart: number): Promise<OpenedPlan> {
  const uniform = randomOf(`rows ${scale} ${apart}`)
  const next = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const [rows, columns] = [768, 24]
  const names = Array.from({ length: 100 }, (_, layer) => `model.layers.${layer}.mlp.up_proj.weight`)
  const a = new Float32Array(names.length * rows * columns)
  const b = new Float32Array(a.length)
  for (let row = 0; row < a.length / columns; row++) {
    const distance = 0.05 + 0.9 * ((Math.floor(row / rows) * 0.618) % 1)
    const size = 0.02 * Math.exp(scale * next())
    const far = distance * Math.exp(apart * next())
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      a[i] = size * next()
      b[i] = (a[i] as number) + far * size * next()
    }
  }
  const shape = [rows, columns]
  const infos = names.map((name) => ({ name, dtype: 'F32' as const, shape, byteLength: 4 * rows * columns }))
  const model = async (name: string, values: Float32Array<ArrayBuffer>) => {
    const blob = new Blob([encodeSafetensorsHeader(infos).header, values])
    const files = new Map([['model.safetensors', blob]])
    return [name, await openCheckpoint({ name, files })] as const
  }
  return planOf(
    'merge_method: slerp\nbase_model: a\nmodels: [{ model: a }, { model: b }]\nparameters: { t: 0.4 }\n',
    new Map([await model('a', a), await model('b', b)]),
  )
}

it('reads what the budget allows, small segments whole, and only rows that all inputs of a segment have', async () => {
  const { plan, opened } = await openCase('vocab-mismatch')
  const job = plan.jobs.find(({ segments }) => segments.length > 0 && (segments[0]?.inputs.length ?? 0) > 1)
  if (job === undefined) throw new Error('a tensor is merged')
  const files = opened.map((checkpoint) => checkpoint.files)
  const budget = { tileBytes: 64, tiles: 4, firstTiles: 2, wholeBytes: 128 }
  const estimates: JobGrams[] = []
  for await (const grams of sampleGram(job, files, budget)) estimates.push(grams)
  expect(estimates.map(([segment]) => segment?.tiles?.elements.length)).toEqual([2, 4])
  expect(estimates[1]?.[0]?.elements).toBe(elementCount(job.shape))
  const again: JobGrams[] = []
  for await (const grams of sampleGram(job, files, budget)) again.push(grams)
  expect(again).toEqual(estimates)
  const norm = plan.jobs.find(({ name, segments }) => name.includes('norm') && segments.length > 0)
  if (norm === undefined) throw new Error('a norm is merged')
  for await (const grams of sampleGram(norm, files, { ...budget, wholeBytes: 4096 })) {
    expect(isExact(grams)).toBe(true)
    expect(grams).toEqual(await exactGrams(norm, opened))
  }
})

it('stops when it is told to', async () => {
  const { plan, opened } = await openCase('gradient-slerp')
  const [job] = plan.jobs
  const abort = new AbortController()
  abort.abort()
  if (job === undefined) throw new Error('there is a job')
  const files = opened.map((checkpoint) => checkpoint.files)
  await expect(sampleGram(job, files, SMALL, abort.signal).next()).rejects.toThrow(/abort/)
})

it('chooses different tiles that are spread over the segment, the same ones for the same name', () => {
  const chosen = chooseTiles('model.norm.weight 0', 1000, 8)
  expect(chooseTiles('model.norm.weight 0', 1000, 8)).toEqual(chosen)
  expect(chooseTiles('lm_head.weight 0', 1000, 8)).not.toEqual(chosen)
  expect(chosen.map((tile) => Math.floor(tile / 125)).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(chooseTiles('x', 5, 8).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4])
})

it("knows Student's t", () => {
  expect(studentQuantile(7)).toBeCloseTo(2.365, 3)
  expect(studentQuantile(15)).toBeCloseTo(2.131, 2)
  expect(studentQuantile(60)).toBeCloseTo(2.0003, 3)
})
