import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DType } from '../tensor/dtype.ts'
import { automaticShardBytes, layOutShards, shardIndex } from './shards.ts'

const tensorLists = fc.array(
  fc.record({ count: fc.integer({ min: 0, max: 50 }), dtype: fc.constantFrom<DType>('F32', 'BF16', 'U8') }),
  { minLength: 1, maxLength: 40 },
)

function tensorsOf(list: readonly { count: number; dtype: DType }[]) {
  const width = { F32: 4, BF16: 2, U8: 1 } as Record<string, number>
  return list.map(({ count, dtype }, i) => ({
    name: `t${i}`,
    dtype,
    shape: [count],
    byteLength: count * (width[dtype] ?? 0),
  }))
}

test('every tensor has a place of its own, without gaps, aligned to its element', () => {
  fc.assert(
    fc.property(tensorLists, fc.integer({ min: 1, max: 400 }), (list, shardBytes) => {
      const tensors = tensorsOf(list)
      const { shards, places } = layOutShards(tensors, shardBytes)
      for (const [number, shard] of shards.entries()) {
        let end = shard.header.length
        for (const job of shard.jobs) {
          expect(places[job]).toEqual({ shard: number, offset: end })
          expect(end % ({ F32: 4, BF16: 2, U8: 1 }[tensors[job]?.dtype as 'F32'] ?? 1)).toBe(0)
          end += tensors[job]?.byteLength ?? 0
        }
        expect(shard.byteLength).toBe(end)
        const data = end - shard.header.length
        expect(data <= shardBytes || shard.jobs.filter((job) => (tensors[job]?.byteLength ?? 0) > 0).length === 1).toBe(
          true,
        )
      }
      expect(shards.flatMap(({ jobs }) => jobs).sort((a, b) => a - b)).toEqual(tensors.map((_, i) => i))
    }),
  )
})

test('shards are named as Hugging Face names them, and the index maps every tensor', () => {
  const tensors = tensorsOf([
    { count: 4, dtype: 'BF16' },
    { count: 4, dtype: 'BF16' },
  ])
  const { shards, places } = layOutShards(tensors, 8)
  expect(shards.map(({ name }) => name)).toEqual([
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
  ])
  expect(JSON.parse(shardIndex(tensors, places, shards))).toEqual({
    metadata: { total_size: 16 },
    weight_map: { t0: 'model-00001-of-00002.safetensors', t1: 'model-00002-of-00002.safetensors' },
  })
})

test('the automatic shard size depends on the output alone and has sensible ends', () => {
  expect(automaticShardBytes(1e6)).toBe(32 * 2 ** 20)
  expect(automaticShardBytes(138e9)).toBe(2 * 2 ** 30)
  expect(Math.ceil(16e9 / automaticShardBytes(16e9))).toBe(16)
})
