import { expect, test } from 'vitest'
import { mergeOrder } from './schedule.ts'

function planOf(...shards: number[][]): Parameters<typeof mergeOrder>[0] {
  return { shards: shards.map((jobs) => ({ name: '', jobs, byteLength: 100, header: new Uint8Array() })) }
}

test('the tensors of the open shards come in turn, and the next shard takes the place of a finished one', () => {
  expect(mergeOrder(planOf([0, 1], [2, 3, 4], [5, 6]), 2)).toEqual([0, 2, 1, 3, 5, 4, 6])
})

test('every job comes once', () => {
  const order = mergeOrder(planOf([0, 1, 2], [3], [4, 5, 6, 7], [8], [9, 10]), 4)
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 11 }, (_, i) => i))
})

test('one shard keeps its order', () => {
  expect(mergeOrder(planOf([0, 1, 2]), 4)).toEqual([0, 1, 2])
})

test('shards of large tensors come first, the largest of them before the others', () => {
  const { shards } = planOf([0], [1], [2], [3], [4])
  const sizes = [100, 250, 120, 900, 90]
  const plan = { shards: shards.map((shard, index) => ({ ...shard, byteLength: sizes[index] ?? 0 })) }
  expect(mergeOrder(plan, 1)).toEqual([3, 1, 0, 2, 4])
})
