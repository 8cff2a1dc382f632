import { expect, test } from 'vitest'
import { mergeOrder } from './schedule.ts'

function planOf(...shards: number[][]): Parameters<typeof mergeOrder>[0] {
  return { shards: shards.map((jobs) => ({ name: '', jobs, byteLength: 100, header: new Uint8Array() })) }
}

test('open shards come in turn, each ahead of the next, so that they end one by one', () => {
  const plan = planOf([0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15])
  expect(mergeOrder(plan, 2)).toEqual([0, 1, 4, 2, 3, 5, 6, 8, 7, 9, 10, 12, 11, 13, 14, 15])
  expect(mergeOrder(plan, 1)).toEqual(Array.from({ length: 16 }, (_, i) => i))
})

test('no more shards are open than may be', () => {
  const jobs = Array.from({ length: 600 }, (_, i) => i)
  const plan = planOf(...Array.from({ length: 60 }, (_, k) => jobs.slice(10 * k, 10 * k + 10)))
  const done = new Map<number, number>()
  for (const job of mergeOrder(plan, 4)) {
    const shard = Math.floor(job / 10)
    done.set(shard, (done.get(shard) ?? 0) + 1)
    expect([...done.values()].filter((count) => count < 10).length).toBeLessThanOrEqual(4)
  }
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
