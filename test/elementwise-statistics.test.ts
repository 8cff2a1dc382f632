import { beforeAll, describe, expect, test } from 'vitest'
import type { Checkpoint } from '../src/formats/checkpoint.ts'
import type { Job, SparseRule } from '../src/plan/plan.ts'
import { mergeOne, withRules } from './support/altered-merge.ts'
import { fromBits } from './support/float64.ts'
import { planInMemory, valuesOf } from './support/merge-in-memory.ts'
import { llama } from './support/model-in-memory.ts'

/** The methods that drop elements at random: what they keep, over seeds, beside what they should. */

const SEEDS = Array.from({ length: 12 }, (_, seed) => seed)
const RECIPE =
  'merge_method: linear\nmodels:\n  - {model: a, parameters: {weight: 1}}\n  - {model: b, parameters: {weight: 1}}\ndtype: float32\n'
// Standard deviations that a figure may be off: with four, one in 16,000 would be by chance, and seeds are fixed.
const SIGMAS = 4

let job: Job
let opened: readonly Checkpoint[]
let delta: Float64Array
let base: Float64Array
const COLUMNS = 96

beforeAll(async () => {
  const folders = ['a', 'b'].map((name) =>
    llama(name, { hidden: COLUMNS, layers: 1, vocabulary: 250, dtype: 'F32', skip: /layers/ }),
  )
  const planned = await planInMemory(RECIPE, folders)
  opened = planned.opened
  job = planned.plan.jobs.find(({ name }) => name.includes('lm_head')) as Job
  const [a, b] = await Promise.all(opened.map((checkpoint) => valuesOf(checkpoint, job.name)))
  base = a as Float64Array
  delta = base.map((x, e) => Math.fround((b?.[e] ?? 0) - x))
})

/** What a method leaves of the difference. */
async function left(rule: Partial<SparseRule> & Pick<SparseRule, 'method'>): Promise<Float64Array> {
  const whole: SparseRule = {
    weights: [1],
    densities: [0.5],
    normalize: false,
    rescale: false,
    lambda: 1,
    seed: 0,
    ...rule,
  }
  const result = fromBits(await mergeOne(withRules(job, whole), opened), 'F32')
  return result.map((y, e) => y - (base[e] ?? 0))
}

const share = (values: Float64Array): number => values.filter((value) => value !== 0).length / values.length
const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
const meanSquare = (values: Float64Array): number => mean(values.map((value) => value * value))

describe.each([0.2, 0.5, 0.9])('DARE with density %d', (density) => {
  test.each(SEEDS)('keeps that share of the elements, as they are (seed %d)', async (seed) => {
    const kept = await left({ method: 'dare_linear', densities: [density], seed })
    const n = kept.length
    expect(Math.abs(share(kept) - density)).toBeLessThan(SIGMAS * Math.sqrt((density * (1 - density)) / n))
    // The sum of what is kept is a sum of n independent terms, of mean density * d and variance density (1 - density) d^2.
    const spread = Math.sqrt((density * (1 - density) * meanSquare(delta)) / n)
    expect(Math.abs(mean(kept) - density * mean(delta))).toBeLessThan(SIGMAS * spread)
    const fourth = mean(delta.map((d) => d ** 4))
    const squares = Math.sqrt((density * (1 - density) * fourth) / n)
    expect(Math.abs(meanSquare(kept) - density * meanSquare(delta))).toBeLessThan(SIGMAS * squares)
  })

  test('scales what it keeps to the magnitudes that there were, and so by about 1 / density', async () => {
    const kept = await left({ method: 'dare_linear', densities: [density], rescale: true, seed: 5 })
    const magnitudes = (values: Float64Array) => mean(values.map(Math.abs))
    expect(Math.abs(magnitudes(kept) / magnitudes(delta) - 1)).toBeLessThan(1e-5)
    const scales = Array.from(kept).flatMap((value, e) =>
      value === 0 || Math.abs(delta[e] ?? 0) < 0.01 ? [] : [value / (delta[e] ?? 1)],
    )
    for (const scale of scales) expect(Math.abs(scale * density - 1)).toBeLessThan(0.05)
  })
})

test('masks of different seeds agree where chance has them agree', async () => {
  const masks = await Promise.all(SEEDS.map((seed) => left({ method: 'dare_linear', seed })))
  for (const [i, a] of masks.entries())
    for (const b of masks.slice(i + 1)) {
      const equal = a.filter((value, e) => (value === 0) === (b[e] === 0)).length / a.length
      expect(Math.abs(equal - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / a.length))
    }
})

test.each(SEEDS)(
  'DELLA keeps the density, and the more the larger an element is in its row (seed %d)',
  async (seed) => {
    const [density, epsilon] = [0.5, 0.3]
    const kept = await left({ method: 'della_linear', densities: [density], epsilons: [epsilon], seed })
    expect(Math.abs(share(kept) - density)).toBeLessThan(SIGMAS * Math.sqrt(0.25 / kept.length))
    // By tenths of the ranks in each row.
    const tenths = Array.from({ length: 10 }, () => ({ kept: 0, all: 0, expected: 0 }))
    for (let from = 0; from < delta.length; from += COLUMNS) {
      const row = Array.from({ length: COLUMNS }, (_, e) => from + e)
      row.sort((a, b) => Math.abs(delta[a] ?? 0) - Math.abs(delta[b] ?? 0) || a - b)
      for (const [rank, e] of row.entries()) {
        const tenth = tenths[Math.floor((10 * rank) / COLUMNS)]
        if (tenth === undefined) throw new Error('ten tenths')
        tenth.all++
        tenth.expected += density - epsilon + (2 * epsilon * rank) / (COLUMNS - 1)
        if (kept[e] !== 0) tenth.kept++
      }
    }
    for (const tenth of tenths)
      expect(Math.abs(tenth.kept - tenth.expected)).toBeLessThan(SIGMAS * Math.sqrt(0.25 * tenth.all))
  },
)
