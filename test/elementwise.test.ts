import { beforeAll, describe, expect, test } from 'vitest'
import { createReferenceEngine } from '../src/engine/reference.ts'
import type { Checkpoint } from '../src/formats/checkpoint.ts'
import { plainElements } from '../src/merge/elementwise/plain-elements.ts'
import type { ElementRule, Job } from '../src/plan/plan.ts'
import type { FloatDType } from '../src/tensor/dtype.ts'
import { mergeOne, withRules } from './support/altered-merge.ts'
import { plainStage, sparse } from './support/element-rules.ts'
import { fromBits, roundTo, slerp64 } from './support/float64.ts'
import { planInMemory, valuesOf } from './support/merge-in-memory.ts'
import { llama } from './support/model-in-memory.ts'

const RULES: readonly (readonly [string, ElementRule])[] = [
  ['ties', sparse('ties')],
  ['ties, not normalised, rescaled', sparse('ties', { normalize: false, rescale: true, lambda: 0.8 })],
  ['ties of all', sparse('ties', { densities: [1, 1.5] })],
  ['ties of almost nothing', sparse('ties', { densities: [0.001, 0] })],
  ['breadcrumbs', sparse('breadcrumbs', { gammas: [0.05, 0.4], normalize: false })],
  ['breadcrumbs without outliers', sparse('breadcrumbs', { gammas: [0, 0.001] })],
  ['breadcrumbs_ties', sparse('breadcrumbs_ties', { gammas: [0.01, 0.02], rescale: true })],
  ['dare_linear', sparse('dare_linear', { rescale: true, normalize: false })],
  ['dare_ties', sparse('dare_ties', { rescale: true, lambda: 1.2 })],
  ['della', sparse('della', { epsilons: [0.15, 0.2], rescale: true })],
  ['della_linear', sparse('della_linear', { epsilons: [0.1, 0.05], normalize: false })],
  ['weights that cancel', sparse('ties', { weights: [0.5, -0.5], densities: [0.9, 0.9] })],
  ['sce', { method: 'sce', selectTopk: 0.3 }],
  ['sce of all', { method: 'sce', selectTopk: 1 }],
  ['ram', { method: 'ram', epsilon: 0.01 }],
  ['ramplus_tl', { method: 'ramplus_tl', epsilon: 0.02, r: 0.1, alpha: 0.2 }],
  ['nuslerp of differences by row', { method: 'nuslerp-rows', along: 'rows', weights: [0.5, 0.7], based: true }],
  ['nuslerp of differences by column', { method: 'nuslerp-rows', along: 'columns', weights: [0.5, 0.7], based: true }],
  ['model_stock by row', { method: 'model_stock-rows' }],
]

const PAIRS: readonly (readonly [string, ElementRule])[] = [
  ['nearswap', { method: 'nearswap', t: 0.01 }],
  ['arcee_fusion', { method: 'arcee_fusion' }],
  ['nuslerp by row', { method: 'nuslerp-rows', along: 'rows', weights: [0.3, 0.7], based: false }],
  ['nuslerp by column', { method: 'nuslerp-rows', along: 'columns', weights: [0.3, 0.7], based: false }],
]

const STAGES = `name: one
${plainStage(['a', 'b'], 'bfloat16')}---
name: two
${plainStage(['b', 'c'], 'bfloat16')}---
merge_method: slerp
base_model: one
models: [{model: one}, {model: two}]
parameters: {t: 0.4}
dtype: bfloat16
`

/** In F32 the sums of the differences are themselves rounded, and scaled up. */
const UNITS = { F32: 2 ** -20, BF16: 2 ** -7, F16: 2 ** -10 } as const

/** Elements that are further from the plain result than rounding explains. */
async function wrong(job: Job, rule: ElementRule, opened: readonly Checkpoint[]): Promise<string[]> {
  const dtype = job.dtype as FloatDType
  const found = fromBits(await mergeOne(withRules(job, rule), opened), dtype)
  const operands = await Promise.all(opened.map((checkpoint) => valuesOf(checkpoint, job.name)))
  const rowLength = job.shape.length > 1 ? (job.shape.at(-1) ?? 1) : (operands[0]?.length ?? 1)
  const expected = plainElements(rule, operands, { name: job.name, rowLength })
  return Array.from(expected.entries()).flatMap(([e, value]) => {
    const size = Math.max(...operands.map((values) => Math.abs(values[e] ?? 0)), Math.abs(value))
    const off = Math.abs((found[e] ?? 0) - roundTo(value, dtype))
    return off <= 2 * UNITS[dtype] * size ? [] : [`${job.name} ${e}: ${found[e]} instead of ${value}`]
  })
}

describe.each([
  ['F32', 'float32'],
  ['BF16', 'bfloat16'],
  ['F16', 'float16'],
] as const)('an element-wise stage over %s agrees with whole tensors in float64', (dtype, name) => {
  const folders = ['a', 'b', 'c'].map((model) => llama(model, { hidden: 24, layers: 1, vocabulary: 37, dtype }))
  let three: { jobs: readonly Job[]; opened: readonly Checkpoint[] }
  let two: { jobs: readonly Job[]; opened: readonly Checkpoint[] }
  beforeAll(async () => {
    const whole = await planInMemory(plainStage(['a', 'b', 'c'], name), folders)
    three = { jobs: whole.plan.jobs, opened: whole.opened }
    const pair = await planInMemory(plainStage(['a', 'b'], name), folders)
    two = { jobs: pair.plan.jobs, opened: pair.opened }
  })

  test.each(RULES)('%s', async (_, rule) => {
    for (const job of three.jobs) expect(await wrong(job, rule, three.opened)).toEqual([])
  })

  test.each(PAIRS)('%s', async (_, rule) => {
    for (const job of two.jobs) expect(await wrong(job, rule, two.opened)).toEqual([])
  })
})

describe('the bytes of an element-wise stage', () => {
  // 3.1 blocks of the smallest tile size, in rows of 160.
  const folders = ['a', 'b', 'c'].map((model) =>
    llama(model, { hidden: 160, layers: 1, vocabulary: 320, skip: /layers/ }),
  )

  test.each([...RULES, ...PAIRS])(
    'do not depend on the tile size, nor on how often it is read: %s',
    async (name, rule) => {
      const models = PAIRS.some(([pair]) => pair === name) ? ['a', 'b'] : ['a', 'b', 'c']
      const { plan, opened } = await planInMemory(plainStage(models, 'bfloat16'), folders)
      const job = withRules(plan.jobs.find(({ name: tensor }) => tensor.includes('lm_head')) as Job, rule)
      const whole = await mergeOne(job, opened)
      expect(await mergeOne({ ...job, kind: 'streamed' }, opened, createReferenceEngine(), 1)).toEqual(whole)
      expect(await mergeOne(job, opened, createReferenceEngine(), 2 ** 20)).toEqual(whole)
    },
  )

  test('are those of the stages one after the other, each rounded, where methods are mixed', async () => {
    const { plan, opened } = await planInMemory(STAGES, folders)
    const found = plan.jobs.find(({ name }) => name.includes('lm_head')) as Job
    const first = sparse('ties', { weights: [0.8], densities: [0.5] })
    const second: ElementRule = { method: 'nearswap', t: 0.02 }
    const job = withRules(found, first, second)
    expect(job.stages.map(({ rule }) => rule.method)).toEqual(['ties', 'nearswap', 'slerp'])
    const [a, b, c] = await Promise.all(opened.map((checkpoint) => valuesOf(checkpoint, job.name)))
    if (a === undefined || b === undefined || c === undefined) throw new Error('three models')
    const tensor = { name: job.name, rowLength: 160 }
    const round = (values: Float64Array) => values.map((value) => roundTo(value, 'BF16'))
    const one = round(plainElements(first, [a, b], tensor))
    const two = round(plainElements(second, [b, c], tensor))
    const expected = slerp64(one, two, 0.4, 'BF16')
    for (const kind of ['resident', 'streamed'] as const) {
      const values = fromBits(await mergeOne({ ...job, kind }, opened), 'BF16')
      const different = values.filter((value, e) => value !== expected[e]).length
      expect(different / values.length).toBeLessThan(0.001)
    }
  })
})
