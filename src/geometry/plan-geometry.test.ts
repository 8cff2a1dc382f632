import { describe, expect, it } from 'vitest'
import { CASES } from '../../e2e/conformance-cases.ts'
import { cosine64 } from '../../test/support/float64.ts'
import { llamaHeaders } from '../../test/support/llama-headers.ts'
import { exactGrams, inputValues, openCase, planOf } from '../../test/support/weigh.ts'
import { computeCoefficients } from '../plan/coefficients.ts'
import type { Job } from '../plan/plan.ts'
import { geometryOf, type JobGrams, layoutOf, needsNewPlan, stageTimes, tensorGeometry, tensorOf } from './index.ts'

const LZLV = `
name: C1
merge_method: slerp
base_model: Mythospice
models: [{ model: Mythospice }, { model: Xwin }]
parameters: { t: [0.25, 0.3, 0.5] }
dtype: float16
---
name: C2
merge_method: slerp
base_model: Xwin
models: [{ model: Xwin }, { model: Hermes }]
parameters: { t: [0.4, 0.3, 0.25] }
dtype: float16
---
merge_method: slerp
base_model: C1
models: [{ model: C1 }, { model: C2 }]
parameters: { t: 0.5 }
dtype: float16
`
const seventy = () =>
  planOf(LZLV, new Map(['Mythospice', 'Xwin', 'Hermes'].map((name) => [name, llamaHeaders(name)]))).plan

describe('the shares of lzlv_70B', () => {
  const plan = seventy()
  const { share, basis, angle } = geometryOf(
    plan,
    plan.jobs.map(() => null),
  )
  const of = (name: string) => {
    const job = plan.jobs.findIndex((candidate) => candidate.name === name)
    return Array.from(share.subarray(3 * job, 3 * job + 3), (part) => part.toFixed(3)).join(' ')
  }

  it.each([
    [0, '0.375 0.425 0.200'],
    [40, '0.349 0.502 0.150'],
    [79, '0.250 0.625 0.125'],
  ])('are known before anything is read, in layer %i', (layer, expected) => {
    expect(plan.checkpoints.map(({ model }) => model)).toEqual(['Mythospice', 'Xwin', 'Hermes'])
    expect(plan.jobs).toHaveLength(723)
    expect(of(`model.layers.${layer}.mlp.up_proj.weight`)).toBe(expected)
  })

  it('say nothing about angles', () => {
    expect(basis.every((value) => value === 0)).toBe(true)
    expect(angle.every((value) => Number.isNaN(value))).toBe(true)
  })
})

describe.each(CASES)('%s', (name) => {
  it('has the coefficients, branches and cosines of the merge', async () => {
    const { plan, opened } = await openCase(name)
    let compared = 0
    for (const job of plan.jobs) {
      const grams = job.segments.length > 0 ? await exactGrams(job, opened) : null
      const geometry = tensorGeometry(job, grams)
      const expected = computeEvery(job, grams ?? [])
      for (const [s, stage] of geometry.stages.entries()) {
        const merged = expected[s]
        expect(stage.branch).toBe(merged?.branch)
        // What is made element by element has none.
        const own = merged?.branch === 'elementwise' ? stage.operands.map(() => null) : merged?.coefficients
        expect(stage.coefficients).toEqual(own)
        if (merged?.cos !== null) expect(stage.cos).toBeCloseTo(merged?.cos ?? Number.NaN, 14)
        compared++
      }
    }
    expect(compared).toBeGreaterThan(plan.jobs.length / 2)
  })
})

/** The merge's own coefficients, without measuring again what was rounded. */
function computeEvery(job: Job, grams: JobGrams) {
  const matrices = grams.map(({ gram }) => gram)
  const quiet = { ...job, stages: job.stages.map((stage) => ({ ...stage, round: 'F32' as const })) }
  const { stages, needs } = computeCoefficients(quiet, matrices)
  expect(needs).toBeNull()
  return stages
}

it('gives norms, drift, difference and centred cosines as the values themselves have them', async () => {
  const { plan, opened } = await openCase('lzlv')
  for (const job of plan.jobs) {
    const tensor = tensorGeometry(job, await exactGrams(job, opened))
    const inputs = await inputValues(job, opened)
    const results: Float64Array[] = []
    for (const [s, stage] of (job.stages ?? []).entries()) {
      const found = tensor.stages[s]
      const [a, b] = stage.operands.map((o) => ('input' in o ? inputs[o.input] : results[o.stage]) as Float64Array)
      if (a === undefined || b === undefined || stage.rule.method !== 'slerp') throw new Error('lzlv has pairs only')
      const [p, q] = found?.coefficients ?? []
      const result = a.map((x, i) => (p ?? Number.NaN) * x + (q ?? Number.NaN) * (b[i] as number))
      results.push(result)
      const { t } = stage.rule
      const close = (value: number | null | undefined, expected: number) =>
        expect(Math.abs((value ?? Number.NaN) - expected)).toBeLessThan(1e-9 * Math.max(1, Math.abs(expected)))
      close(found?.cos, cosine64(a, b))
      close(found?.angle === null ? null : Math.cos(found?.angle ?? Number.NaN), cosine64(a, b))
      close(found?.cosCentred, cosine64(centred(a), centred(b)))
      close(found?.operandNorms[0], length(a))
      close(found?.operandNorms[1], length(b))
      close(found?.norm, length(result))
      close(found?.drift, length(result) / ((1 - t) * length(a) + t * length(b)) - 1)
      close(found?.difference, length(result.map((x, i) => x - (a[i] as number))) / length(a))
    }
    const base = inputs[0] as Float64Array
    const last = results.at(-1) as Float64Array
    expect(tensor.difference).toBeCloseTo(length(last.map((x, i) => x - (base[i] as number))) / length(base), 9)
    expect(tensor.share.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 12)
    expect(tensor.coefficientShare.reduce<number>((sum, part) => sum + (part ?? 0), 0)).toBeCloseTo(1, 12)
  }
})

it('takes other values of t on the same plan, as a plan made with them would', async () => {
  const { plan, opened } = await openCase('lzlv')
  const grams = await Promise.all(plan.jobs.map((job) => exactGrams(job, opened)))
  const moved = stageTimes(plan, (label, job, t) => (label === 'component1' && job % 2 === 0 ? t / 2 : Number.NaN))
  const found = geometryOf(plan, grams, moved)
  for (const [index, job] of plan.jobs.entries()) {
    const stages = job.stages.map((stage) =>
      stage.label === 'component1' && index % 2 === 0 && stage.rule.method === 'slerp'
        ? { ...stage, rule: { ...stage.rule, t: stage.rule.t / 2 } }
        : stage,
    )
    const fresh = tensorOf(geometryOf({ ...plan, jobs: [{ ...job, stages }] }, [grams[index] ?? null]), 0, null)
    expect({ ...tensorOf(found, index, null), basis: '' }).toEqual({ ...fresh, basis: '' })
  }
  expect(needsNewPlan(plan, moved)).toBe(false)
})

it('takes over from the frame before what has not moved, to the last bit', async () => {
  const { plan, opened } = await openCase('lzlv')
  const grams = await Promise.all(plan.jobs.map((job) => exactGrams(job, opened)))
  const ways = [
    stageTimes(plan, (label, job, t) => (label === 'component1' && job % 2 === 0 ? t / 2 : Number.NaN)),
    stageTimes(plan, (label, job) => (label === 'component2' ? job % 2 : Number.NaN)),
    stageTimes(plan, (label, job, t) => (label === '' && job % 3 === 0 ? 1 - t : Number.NaN)),
    stageTimes(plan, (_, __, t) => t),
  ]
  for (const known of [grams, plan.jobs.map((_, job) => (job % 2 === 0 ? (grams[job] ?? null) : null))]) {
    let before = geometryOf(plan, known)
    for (const t of ways) {
      const found = geometryOf(plan, known, t, before)
      expect(found).toEqual(geometryOf(plan, known, t))
      before = found
    }
  }
})

it('shows t of 0 and 1 as copies, and knows that a stage planned as a copy cannot be given another t', () => {
  const plan = seventy()
  const ends = stageTimes(plan, (label, job) => (label === 'C1' ? job % 2 : Number.NaN))
  const { branch, coefficients, layout } = geometryOf(
    plan,
    plan.jobs.map(() => null),
    ends,
  )
  const stage = layout.stageOf[layout.labels.length + layout.labels.indexOf('C1')] ?? -1
  const operand = layout.operandStart[stage] ?? -1
  expect(branch[stage]).toBe(1)
  expect(Array.from(coefficients.subarray(operand, operand + 2))).toEqual([0, 1])
  const flat = planOf(
    LZLV.replace('[0.25, 0.3, 0.5]', '0'),
    new Map(['Mythospice', 'Xwin', 'Hermes'].map((name) => [name, llamaHeaders(name)])),
  ).plan
  const t = layoutOf(flat).t.slice()
  expect(needsNewPlan(flat, t)).toBe(false)
  t.fill(0.5)
  expect(needsNewPlan(flat, t)).toBe(true)
})

it('sees layer norms apart once their common mean is taken off', async () => {
  const { plan, opened } = await openCase('lzlv')
  const index = plan.jobs.findIndex(({ name }) => name.endsWith('0.input_layernorm.weight'))
  const job = plan.jobs[index] as Job
  const [stage] = tensorGeometry(job, await exactGrams(job, opened)).stages
  expect(stage?.cos ?? 0).toBeGreaterThan(0.99)
  expect(Math.abs(stage?.cosCentred ?? 1)).toBeLessThan((stage?.cos ?? 0) - 0.005)
})

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  return values.map((x) => x - mean)
}

function length(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0))
}

describe('the dialects', () => {
  const withInterpolation = (job: Job, interpolation: 'lerp' | 'slerp-clipped'): Job => ({
    ...job,
    stages: job.stages.map((stage) =>
      stage.rule.method === 'slerp' ? { ...stage, rule: { ...stage.rule, interpolation } } : stage,
    ),
  })
  /** Two inputs at an obtuse angle. */
  const obtuse: JobGrams = [
    { gram: Float64Array.of(1, -0.5, -0.5, 1), sums: new Float64Array(2), elements: 9, differences: null, tiles: null },
  ]

  it('draw a straight line at any angle where the recipe asks for it, known before anything is read', async () => {
    const { plan } = await openCase('gradient-slerp')
    const job = withInterpolation(plan.jobs[1] as Job, 'lerp')
    const t = job.stages[0]?.rule.method === 'slerp' ? job.stages[0].rule.t : Number.NaN
    for (const grams of [null, obtuse]) {
      const [stage] = tensorGeometry(job, grams).stages
      expect(stage?.branch).toBe('lerp')
      expect(stage?.branchCertain).toBe(true)
      expect(stage?.coefficients).toEqual([1 - t, t])
    }
    expect(tensorGeometry(job, obtuse).stages[0]?.cos).toBe(-0.5)
  })

  it('take an obtuse angle for a right one where the recipe asks for it', async () => {
    const { plan } = await openCase('gradient-slerp')
    const job = withInterpolation(plan.jobs[1] as Job, 'slerp-clipped')
    const matrices = obtuse.map(({ gram }) => gram)
    const [stage] = tensorGeometry(job, obtuse).stages
    expect(stage?.coefficients).toEqual(computeCoefficients(job, matrices).stages[0]?.coefficients)
    expect(stage?.coefficients).not.toEqual(computeCoefficients(plan.jobs[1] as Job, matrices).stages[0]?.coefficients)
  })
})
