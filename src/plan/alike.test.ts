import { expect, test } from 'vitest'
import { Alike, type JobPattern } from './alike.ts'
import type { JobStage } from './plan.ts'

const stage: JobStage = {
  label: 'C1',
  rule: { method: 'slerp', t: 0.3 },
  operands: [{ input: 0 }, { stage: 1 }],
  rows: 48,
  round: 'F16',
}
const pattern = (changed: Partial<JobStage> = {}): JobPattern => ({
  inputs: [{ source: 0, round: null }],
  segments: [{ from: 0, to: 48, inputs: [0] }],
  stages: [{ ...stage, ...changed }],
})

test('equal patterns come back as the same object, whatever came between', () => {
  const alike = new Alike()
  const [first, other] = [alike.of(pattern()), alike.of(pattern({ rows: 80 }))]
  expect(alike.of(pattern())).toBe(first)
  expect(alike.of(pattern({ rows: 80 }))).toBe(other)
})

test.each<Partial<JobStage>>([
  { label: null },
  { rows: 47 },
  { round: 'BF16' },
  { rule: { method: 'slerp', t: 0.31 } },
  { rule: { method: 'slerp', t: 0.3, interpolation: 'lerp' } },
  { rule: { method: 'linear', weights: [0.3], normalize: true } },
  { operands: [{ input: 0 }, { input: 1 }] },
  { operands: [{ input: 0 }, { stage: 2 }] },
  { operands: [{ input: 0 }] },
])('a pattern with another %j stays what it is', (changed) => {
  const alike = new Alike()
  alike.of(pattern())
  const other = pattern(changed)
  expect(alike.of(other)).toBe(other)
  expect(other.stages[0]).toEqual({ ...stage, ...changed })
})

test('rules with lists of numbers are told apart by these', () => {
  const alike = new Alike()
  const linear = (weight: number) => pattern({ rule: { method: 'linear', weights: [1, weight], normalize: true } })
  const first = alike.of(linear(0.5))
  expect(alike.of(linear(0.5))).toBe(first)
  expect(alike.of(linear(0.6))).not.toBe(first)
})
