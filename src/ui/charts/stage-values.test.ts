import { expect, test } from 'vitest'
import { geometryOf, type JobGrams } from '../../geometry/index.ts'
import type { Job, JobStage, Plan } from '../../plan/plan.ts'
import { ancestryOf } from './ancestry-drawing.ts'
import { angleOf, branchOf, sharesOf, stageAt, tOf } from './stage-values.ts'

const slerp = (label: string, t: number, ...operands: JobStage['operands']): JobStage => ({
  label,
  rule: { method: 'slerp', t },
  operands,
  rows: 4,
  round: 'F32',
})

/** Two stages and a third over them, as in lzlv: A to B, B to C, the first result to the second. */
const job = {
  name: 'model.layers.0.mlp.up_proj.weight',
  kind: 'resident',
  shape: [4, 4],
  byteLength: 64,
  layer: 0,
  sources: [0, 1, 2].map((checkpoint) => ({ checkpoint })),
  inputs: [0, 1, 2].map((source) => ({ source, round: null })),
  segments: [{ from: 0, to: 4, inputs: [0, 1, 2] }],
  stages: [
    slerp('first', 0.25, { input: 0 }, { input: 1 }),
    slerp('second', 0.5, { input: 1 }, { input: 2 }),
    slerp('', 0.4, { stage: 0 }, { stage: 1 }),
  ],
} as unknown as Job

const grams: JobGrams = [
  {
    gram: Float64Array.of(1, 0.5, 0.2, 0.5, 1, 0.3, 0.2, 0.3, 1),
    sums: new Float64Array(3),
    elements: 16,
    differences: null,
    tiles: null,
  },
]
const plan = { jobs: [job], checkpoints: [{}, {}, {}] } as unknown as Plan
const geometry = geometryOf(plan, [grams])

test('shares are followed through all stages, and of each stage by itself', () => {
  const shares = (stage: string) => Array.from(sharesOf(geometry, stage), (share) => Number(share.toFixed(12)))
  expect(shares('first')).toEqual([0.75, 0.25, 0])
  expect(shares('second')).toEqual([0, 0.5, 0.5])
  expect(shares('')).toEqual([0.45, 0.35, 0.2])
  expect(Array.from(ancestryOf(geometry, '')).map((share) => Number(share.toFixed(12)))).toEqual([0.45, 0.35, 0.2])
})

test('a stage is found by its name; one that the tensor lacks has no values', () => {
  expect(tOf(geometry, 0, 'second')).toBe(0.5)
  expect(angleOf(geometry, 0, 'first', 'raw')).toBeCloseTo(60, 9)
  expect(branchOf(geometry, 0, '')).toBe('slerp')
  expect(stageAt(geometry, 0, 'third')).toBe(-1)
  expect(tOf(geometry, 0, 'third')).toBeNaN()
  expect(branchOf(geometry, 0, 'third')).toBeNull()
  expect(Array.from(sharesOf(geometry, 'third')).every(Number.isNaN)).toBe(true)
})
