import { expect, it } from 'vitest'
import { exactGrams, openCase } from '../../test/support/weigh.ts'
import type { Job, Plan } from '../plan/plan.ts'
import {
  anchored,
  bestGrams,
  carryGrams,
  fromAnchored,
  gramKey,
  type JobGrams,
  sampleGram,
  samplePlan,
  tensorGeometry,
} from './index.ts'
import { spread } from './sample-plan.ts'

const SMALL = { tileBytes: 256, tiles: 8, firstTiles: 3, wholeBytes: 512 }

it('turns a Gram matrix into one of differences and back', async () => {
  const { plan, opened } = await openCase('lzlv')
  const job = plan.jobs[1] as Job
  const [segment] = await exactGrams(job, opened)
  const gram = segment?.gram ?? new Float64Array(9)
  const back = fromAnchored(anchored({ gram, differences: null }, 3), 3)
  for (const [i, value] of gram.entries()) expect(back[i]).toBeCloseTo(value, 12)
})

it('carries what is known to a plan that needs fewer of the same inputs, in any order, and to no other', async () => {
  const { plan, opened } = await openCase('lzlv')
  const grams = await Promise.all(plan.jobs.map((job) => exactGrams(job, opened)))
  const fewer = plan.jobs.map(
    (job): Job => ({
      ...job,
      sources: [job.sources[2], job.sources[1]] as Job['sources'],
      inputs: [
        { source: 0, round: null },
        { source: 1, round: null },
      ],
      segments: job.segments.map((segment) => ({ ...segment, inputs: [0, 1] })),
    }),
  )
  const carried = carryGrams(plan, grams, { jobs: fewer })
  for (const [index, job] of fewer.entries()) expect(carried[index]).toEqual(await exactGrams(job, opened))
  expect(carryGrams(plan, grams, plan)).toEqual(grams)
  const rounded = plan.jobs.map(
    (job): Job => ({ ...job, inputs: job.inputs.map((i) => ({ ...i, round: 'BF16' as const })) }),
  )
  expect(carryGrams(plan, grams, { jobs: rounded }).every((found) => found === null)).toBe(true)
  const others = (await openCase('lzlv')).plan
  expect(carryGrams(plan, grams, others).every((found) => found === null)).toBe(true)
})

it('carries the tiles of a sample too', async () => {
  const { plan, opened } = await openCase('gradient-slerp')
  const job = plan.jobs[1] as Job
  const files = opened.map((checkpoint) => checkpoint.files)
  const swapped: Job = { ...job, sources: [...job.sources].reverse() }
  const carried = carryGrams(plan, [null, await last(sampleGram(job, files, SMALL))], {
    jobs: [{ ...swapped, name: job.name }],
  })
  expect(carried[0]).toEqual(await last(sampleGram(swapped, files, SMALL)))
})

async function last(estimates: AsyncGenerator<JobGrams>): Promise<JobGrams> {
  let found: JobGrams | null = null
  for await (const grams of estimates) found = grams
  if (found === null) throw new Error('there is an estimate')
  return found
}

it('prefers exact sums, and takes differences from a sample where the sums of nearly equal inputs have cancelled', () => {
  const [big, small] = [1e4, 1e-4]
  const noise = 2e-4
  const exact: JobGrams = [segment([big, big + small / 2, big + small / 2, big + small + noise])]
  const tiles = { elements: new Float64Array(2), grams: new Float64Array(8), sums: new Float64Array(4), population: 9 }
  const sampled: JobGrams = [{ ...segment([big, big, big, big + small].map((x) => x * 1.1)), tiles }]
  const [best] = bestGrams(exact, sampled) ?? []
  expect(best?.gram).toEqual(exact[0]?.gram)
  expect(best?.tiles).toBeNull()
  expect(best?.differences?.[0]).toBeCloseTo(big, 9)
  expect(best?.differences?.[3]).toBeCloseTo(small, 7)
  const apart: JobGrams = [segment([big, big / 2, big / 2, big])]
  expect(bestGrams(apart, sampled)).toEqual(apart)
  expect(bestGrams(null, sampled)).toBe(sampled)
  expect(bestGrams(exact, null)).toBe(exact)
  expect(bestGrams(null, null)).toBeNull()
})

function segment(gram: number[]): JobGrams[number] {
  return { gram: Float64Array.from(gram), sums: new Float64Array(2), elements: 100, differences: null, tiles: null }
}

it('samples every tensor before it samples one again, from all depths at the start', async () => {
  const { plan, opened } = await openCase('lzlv')
  const told: { job: number; last: boolean }[] = []
  const wanted = [...plan.jobs.keys()]
  const files = opened.map((checkpoint) => checkpoint.files)
  await samplePlan(plan.jobs, wanted, files, (job, _, last) => told.push({ job, last }), undefined, SMALL)
  const first = told.slice(0, plan.jobs.length).map(({ job }) => job)
  expect(new Set(first).size).toBe(plan.jobs.length)
  expect(told.length).toBeGreaterThan(plan.jobs.length)
  expect(new Set(told.filter(({ last }) => last).map(({ job }) => job)).size).toBe(plan.jobs.length)
  const early = spread(Array.from({ length: 723 }, (_, i) => i)).slice(0, 24)
  for (let part = 0; part < 8; part++) expect(early.some((i) => Math.floor((i * 8) / 723) === part)).toBe(true)
})

it('names what a Gram matrix depends on, and nothing else', async () => {
  const { plan } = await openCase('lzlv')
  const job = (plan as Plan).jobs[1] as Job
  const file = (name: string, lastModified: number) => ({ name, blob: new File(['x'], name, { lastModified }) })
  const files = (date: number) => [0, 1, 2].map(() => [0, 1, 2].map((n) => file(`shard-${n}`, date)))
  const key = gramKey(job, files(5))
  expect(key).not.toBeNull()
  const other = { ...job, stages: [], shard: 9 }
  expect(gramKey(other, files(5))).toBe(key)
  expect(gramKey(job, files(6))).not.toBe(key)
  expect(gramKey({ ...job, inputs: job.inputs.map((i) => ({ ...i, round: 'F16' as const })) }, files(5))).not.toBe(key)
  expect(gramKey({ ...job, segments: [] }, files(5))).not.toBe(key)
  expect(gramKey(job, [[], [], []])).toBeNull()
  const undated = files(5).map((list) => list.map(({ name }) => ({ name, blob: new Blob(['x']) })))
  expect(gramKey(job, undated)).toBeNull()
})

it('shows nearly equal models as far apart as they are', async () => {
  const { plan, opened } = await openCase('gradient-slerp')
  const job = plan.jobs[1] as Job
  const [first] = await exactGrams(job, opened)
  const base = first?.gram[0] ?? 1
  const tiny = base * 1e-12
  const grams: JobGrams = [
    {
      gram: Float64Array.of(base, base, base, base),
      sums: new Float64Array(2),
      elements: first?.elements ?? 1,
      differences: Float64Array.of(base, 0, 0, tiny),
      tiles: null,
    },
  ]
  const { stages, difference } = tensorGeometry(job, grams)
  const t = stages[0]?.t ?? Number.NaN
  expect(stages[0]?.branch).toBe('lerp')
  // The difference is at right angles to the first input.
  expect(stages[0]?.cos).toBeCloseTo(1, 12)
  expect(stages[0]?.angle).toBeCloseTo(1e-6, 8)
  expect(difference).toBeCloseTo(t * 1e-6, 12)
})

it('is not sure of a branch where rounding or the sample may decide it', async () => {
  const { plan } = await openCase('lzlv')
  const job = plan.jobs[1] as Job
  const at = (cos: number): JobGrams => [
    {
      gram: Float64Array.of(1, cos, cos, cos, 1, cos, cos, cos, 1),
      sums: new Float64Array(3),
      elements: 100,
      differences: null,
      tiles: null,
    },
  ]
  const sure = (cos: number) => tensorGeometry(job, at(cos)).stages.map(({ branchCertain }) => branchCertain)
  expect(sure(0.9)).toEqual([true, true, true])
  // All pairs at the threshold: the first two stages take the inputs as they are stored, the third takes rounded results.
  const mixed = tensorGeometry(job, at(0.998)).stages[2]?.cos ?? 0
  const near = 1 - (1 - 0.998) * ((1 - 0.9995) / (1 - mixed))
  expect(Math.abs((tensorGeometry(job, at(near)).stages[2]?.cos ?? 0) - 0.9995)).toBeLessThan(1e-4)
  expect(sure(near)).toEqual([true, true, false])
  const single = { ...job, stages: job.stages.slice(0, 1) }
  const rows = job.shape[0] ?? 1
  const grams = at(0.9995).map((segment) => ({
    ...segment,
    tiles: {
      elements: Float64Array.of(10, 10, 10),
      grams: Float64Array.from(
        [0.9994, 0.9995, 0.9996].flatMap((cos) => [...(at(cos)[0]?.gram ?? [])]).map((x) => x / 10),
      ),
      sums: new Float64Array(9),
      population: 10,
    },
  }))
  const [stage] = tensorGeometry({ ...single, segments: [{ from: 0, to: rows, inputs: [0, 1, 2] }] }, grams).stages
  expect(stage?.cosInterval?.low).toBeLessThan(0.9995)
  expect(stage?.cosInterval?.high).toBeGreaterThan(0.9995)
  expect(stage?.branchCertain).toBe(false)
})
