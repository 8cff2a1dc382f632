import { describe, expect, it } from 'vitest'
import { modelFolder, randomNumbers } from '../../test/support/model-in-memory.ts'
import { exactGrams, inputValues, openCase, planOf } from '../../test/support/weigh.ts'
import { openCheckpoint } from '../formats/open-checkpoint.ts'
import { eigenOf } from './eigen.ts'
import { angleBetween, geometryOf, sphereOf } from './index.ts'

/** The angle between two vectors of any dimension, good at all sizes (Kahan). */
function angle64(a: Float64Array, b: Float64Array): number {
  const [na, nb] = [length(a), length(b)]
  const apart = length(a.map((x, i) => x / na - (b[i] as number) / nb))
  const along = length(a.map((x, i) => x / na + (b[i] as number) / nb))
  return 2 * Math.atan2(apart, along)
}

function length(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0))
}

describe('the sphere of three models', () => {
  it('has the angles of the weights, between models, stages and results, to 1e-4 radians', async () => {
    const { plan, opened } = await openCase('lzlv')
    const grams = await Promise.all(plan.jobs.map((job) => exactGrams(job, opened)))
    const geometry = geometryOf(plan, grams)
    let largest = 0
    let compared = 0
    for (const [index, job] of plan.jobs.entries()) {
      const sphere = sphereOf(geometry, index, grams[index] ?? null)
      const values = await inputValues(job, opened)
      const results: Float64Array[] = []
      const place = geometry.layout.stageStart[index] ?? 0
      for (const [s, { operands }] of job.stages.entries()) {
        const [a, b] = operands.map((o) => ('input' in o ? values[o.input] : results[o.stage]) as Float64Array)
        const at = geometry.layout.operandStart[place + s] ?? 0
        const [p = 0, q = 0] = geometry.coefficients.subarray(at, at + 2)
        results.push((a as Float64Array).map((x, i) => p * x + q * (b?.[i] ?? 0)))
      }
      const vectors = [...values, ...results]
      expect(sphere?.points).toHaveLength(6)
      for (const [i, a] of (sphere?.points ?? []).entries()) {
        expect(a.norm).toBeCloseTo(length(vectors[i] as Float64Array), 9)
        for (const [j, b] of (sphere?.points ?? []).entries()) {
          if (j <= i) continue
          const expected = angle64(vectors[i] as Float64Array, vectors[j] as Float64Array)
          largest = Math.max(largest, Math.abs(angleBetween(a.direction, b.direction) - expected))
          compared++
        }
      }
    }
    expect(compared).toBe(15 * plan.jobs.length)
    expect(largest).toBeLessThan(1e-4)
    expect(largest).toBeLessThan(1e-6)
  })

  it('is drawn magnified about the middle of the models, and says by how much', async () => {
    const { plan, opened } = await openCase('lzlv')
    const grams = await Promise.all(plan.jobs.map((job) => exactGrams(job, opened)))
    const geometry = geometryOf(plan, grams)
    const centre = [0, 0, 1] as const
    for (const index of plan.jobs.keys()) {
      const sphere = sphereOf(geometry, index, grams[index] ?? null)
      if (sphere === null) throw new Error('lzlv has a sphere for every tensor')
      for (const { direction, shown } of sphere.points) {
        expect(Math.hypot(...shown)).toBeCloseTo(1, 9)
        expect(angleBetween(centre, shown)).toBeCloseTo(sphere.magnification * angleBetween(centre, direction), 9)
      }
      expect(sphere.magnification).toBeGreaterThanOrEqual(1)
      expect(sphere.exact).toBe(true)
      const first = sphere.points[0]
      expect(first?.shown[1]).toBeCloseTo(0, 9)
      expect(first?.shown[0]).toBeLessThanOrEqual(1e-12)
      for (const { stage, shown } of sphere.arcs) {
        const [a, b] = plan.jobs[index]?.stages[stage]?.operands ?? []
        const ends = [a, b].map((operand) =>
          sphere.points.find(({ of }) => JSON.stringify(of) === JSON.stringify(operand)),
        )
        expect(Array.from(shown.subarray(0, 3), round)).toEqual(ends[0]?.shown.map(round))
        expect(Array.from(shown.subarray(-3), round)).toEqual(ends[1]?.shown.map(round))
      }
    }
  })

  it('stands still while t moves: only stages do', async () => {
    const { plan, opened } = await openCase('lzlv')
    const job = plan.jobs[5]
    if (job === undefined) throw new Error('there is a sixth job')
    const one = { ...plan, jobs: [job] }
    const grams = await exactGrams(job, opened)
    const before = sphereOf(geometryOf(one, [grams]), 0, grams)
    const after = sphereOf(geometryOf(one, [grams], Float64Array.of(0.9, 0.9, 0.9)), 0, grams)
    expect(after?.points.slice(0, 3)).toEqual(before?.points.slice(0, 3))
    expect(after?.points[5]?.direction).not.toEqual(before?.points[5]?.direction)
  })
})

it('shows equal models as one point', async () => {
  const { plan, opened } = await openCase('lzlv')
  const job = plan.jobs[3]
  if (job === undefined) throw new Error('there is a fourth job')
  const grams = (await exactGrams(job, opened)).map((segment) => ({ ...segment, gram: new Float64Array(9).fill(2) }))
  const sphere = sphereOf(geometryOf({ ...plan, jobs: [job] }, [grams]), 0, grams)
  for (const { direction, norm } of sphere?.points ?? []) {
    expect(direction.map(round)).toEqual([0, 0, 1])
    expect(norm).toBeCloseTo(Math.SQRT2, 9)
  }
})

it('projects five models, and says how much of them and of their differences is kept', async () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const common = randomNumbers(1)
  const shared = Float64Array.from({ length: 512 }, common)
  const folders = names.map((name, seed) => {
    const own = randomNumbers(seed + 2)
    const values = shared.map((x) => x + 0.1 * own())
    return modelFolder(name, [{ name: 'model.embed_tokens.weight', dtype: 'F32', shape: [64, 8], values }])
  })
  const opened = await Promise.all(folders.map(async (folder) => [folder.name, await openCheckpoint(folder)] as const))
  const list = names.map((name) => `{ model: ${name}, parameters: { weight: 1 } }`).join(', ')
  const { plan, opened: inOrder } = planOf(`merge_method: linear\nmodels: [${list}]\ndtype: float32\n`, new Map(opened))
  const job = plan.jobs[0]
  if (job === undefined) throw new Error('there is one tensor')
  const grams = await exactGrams(job, inOrder)
  const sphere = sphereOf(geometryOf(plan, [grams]), 0, grams)
  expect(sphere?.exact).toBe(false)
  expect(sphere?.points).toHaveLength(6)
  expect(sphere?.kept).toBeGreaterThan(0.99)
  // Four directions apart from the common one, all about as long: two of them are shown.
  expect(sphere?.spreadKept).toBeGreaterThan(0.5)
  expect(sphere?.spreadKept).toBeLessThan(0.65)
})

it('finds eigenvalues and eigenvectors of a symmetric matrix', () => {
  const matrix = Float64Array.of(4, 1, -2, 1, 3, 0.5, -2, 0.5, 5)
  const { values, vectors } = eigenOf(matrix, 3)
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(12, 12)
  for (const [k, value] of values.entries()) {
    expect(k === 0 || value <= (values[k - 1] ?? 0)).toBe(true)
    const v = vectors[k] as Float64Array
    const image = [0, 1, 2].map((i) =>
      [0, 1, 2].reduce((sum, j) => sum + (matrix[3 * i + j] as number) * (v[j] as number), 0),
    )
    for (const i of [0, 1, 2]) expect(image[i]).toBeCloseTo(value * (v[i] as number), 12)
  }
})

function round(value: number): number {
  return Math.round(value * 1e9) / 1e9 + 0
}
