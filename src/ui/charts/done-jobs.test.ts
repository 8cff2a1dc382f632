import { expect, test } from 'vitest'
import type { MergeProgress } from '../../merge/report.ts'
import type { Plan } from '../../plan/plan.ts'
import { doneJobs } from './done-jobs.ts'

const plan = {
  shards: [
    { jobs: [0, 1, 2], byteLength: 30 },
    { jobs: [3, 4], byteLength: 20 },
  ],
  jobs: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name })),
} as unknown as Plan

test('jobs that have started and are no longer in flight are done, in the order in which a merge starts them', () => {
  const progress = { phase: 'merging', tensorsDone: 2, current: ['d'], keptShards: [] } as unknown as MergeProgress
  // The first shard is ahead of the second: a, b, d, c, e.
  expect([...doneJobs(plan, progress)]).toEqual([0, 1])
  expect(doneJobs(plan, null).size).toBe(0)
  expect(doneJobs(plan, { ...progress, phase: 'verifying' }).size).toBe(5)
})

test('after Continue, tensors of kept shards are done from the beginning, and the others follow in their own order', () => {
  const checking = { phase: 'checking', tensorsDone: 0, current: [], keptShards: [] } as unknown as MergeProgress
  expect([...doneJobs(plan, checking)]).toEqual([])
  const kept = { ...checking, tensorsDone: 3, keptShards: [0] }
  expect([...doneJobs(plan, kept)]).toEqual([0, 1, 2])
  expect([...doneJobs(plan, { ...kept, phase: 'merging', current: ['d'] })]).toEqual([0, 1, 2])
  expect([...doneJobs(plan, { ...kept, phase: 'merging', tensorsDone: 4, current: ['e'] })]).toEqual([0, 1, 2, 3])
})
