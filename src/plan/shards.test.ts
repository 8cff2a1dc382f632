import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DType } from '../tensor/dtype.ts'
import { automaticShards, layOutShards, shardIndex } from './shards.ts'

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
      const { shards, places } = layOutShards(tensors, () => shardBytes)
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
  const { shards, places } = layOutShards(tensors, () => 8)
  expect(shards.map(({ name }) => name)).toEqual([
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
  ])
  expect(JSON.parse(shardIndex(tensors, places, shards))).toEqual({
    metadata: { total_size: 16 },
    weight_map: { t0: 'model-00001-of-00002.safetensors', t1: 'model-00002-of-00002.safetensors' },
  })
})

test('automatic shards are of one size that depends on the output alone, but for smaller ones at the end', () => {
  const sizes = (tensorBytes: number, count: number) => {
    const tensors = Array.from({ length: count }, (_, i) => ({
      name: `t${i}`,
      dtype: 'U8' as const,
      shape: [tensorBytes],
      byteLength: tensorBytes,
    }))
    const { shards } = layOutShards(tensors, automaticShards(tensorBytes * count))
    return shards.map(({ byteLength, header }) => byteLength - header.length)
  }
  const mebibyte = 2 ** 20
  expect(sizes(mebibyte, 40)).toEqual([32, 8].map((size) => size * mebibyte))
  const small = sizes(mebibyte, 1024)
  expect(small.slice(0, 12)).toEqual(Array.from({ length: 12 }, () => 64 * mebibyte))
  expect(small.slice(12)).toEqual([64, 48, 36, 32, 32, 32, 12].map((size) => size * mebibyte))
  const large = sizes(128 * mebibyte, 1024)
  expect(large.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 2048 * mebibyte))
  expect(large.slice(60)).toEqual(
    [2048, 1536, 1152, 768, 640, 512, 384, 256, 256, 256, 256, 128].map((size) => size * mebibyte),
  )
})
