import { expect, test } from 'vitest'
import { readTensorBytes } from '../formats/tensor-bytes.ts'
import type { Job } from '../plan/plan.ts'
import { GroupedReads } from './grouped-reads.ts'

/** Tensors one after the other in one file, `gap` bytes apart; a job and an entry of its shard for each. */
function merge(sizes: readonly number[], shards: readonly number[][], gap = 0) {
  let at = 0
  const tensors = sizes.map((byteLength, index) => {
    const offset = at
    at += byteLength + gap
    return { name: `t${index}`, dtype: 'U8' as const, shape: [byteLength], file: 0, offset, byteLength }
  })
  const jobs = tensors.map(
    (tensor): Job => ({
      name: tensor.name,
      kind: 'copy',
      dtype: 'U8',
      shape: tensor.shape,
      byteLength: tensor.byteLength,
      sources: [{ checkpoint: 0, tensor }],
      inputs: [],
      segments: [],
      stages: [],
      layer: null,
      shard: 0,
      offset: 0,
      bytesReadOnce: 0,
      bytesReadTwice: 0,
    }),
  )
  const content = Uint8Array.from({ length: at }, (_, i) => (i * 31) % 251)
  const reads: [number, number][] = []
  const blob = {
    size: at,
    slice: (from: number, to: number) => {
      const arrayBuffer = async () => {
        reads.push([from, to])
        return content.slice(from, to).buffer
      }
      return { size: to - from, arrayBuffer }
    },
  } as unknown as Blob
  const plan = {
    jobs,
    shards: shards.map((own) => ({ name: '', byteLength: 0, header: new Uint8Array(), jobs: own })),
  }
  const [files = []] = new GroupedReads(plan).over([[{ name: 'a', blob }]])
  const read = async (index: number) => {
    const tensor = tensors[index]
    if (tensor === undefined) throw new Error('no such tensor')
    const bytes = await readTensorBytes(files, tensor, 0, tensor.byteLength)
    expect(
      content.subarray(tensor.offset, tensor.offset + tensor.byteLength).every((byte, i) => byte === bytes[i]),
    ).toBe(true)
    expect(bytes.length).toBe(tensor.byteLength)
  }
  return { read, reads }
}

test('small tensors of a shard that lie beside each other come out of one read', async () => {
  const { read, reads } = merge(
    [10, 20, 30, 40],
    [
      [0, 1],
      [2, 3],
    ],
    8,
  )
  await Promise.all([0, 1, 2, 3].map(read))
  expect(reads).toEqual([
    [0, 38],
    [46, 124],
  ])
})

test('the bytes are let go with the last of them, and read anew where they are wanted again', async () => {
  const { read, reads } = merge([10, 20], [[0, 1]])
  await read(1)
  await read(0)
  await read(0)
  expect(reads).toEqual([
    [0, 30],
    [0, 10],
  ])
})

test('a tensor that goes into two shards is read for each of them, and both let their bytes go', async () => {
  const { read, reads } = merge([10, 20], [[0, 1], [0]])
  for (const index of [0, 1, 0, 0]) await read(index)
  expect(reads).toEqual([
    [0, 30],
    [0, 10],
    [0, 10],
  ])
})

test('large tensors are read by themselves, and far ones apart', async () => {
  const large = 3 * 2 ** 20
  const alone = merge([10, large, 10], [[0, 1, 2]])
  for (const index of [0, 1, 2]) await alone.read(index)
  expect(alone.reads).toEqual([
    [0, 10],
    [10, 10 + large],
    [10 + large, 20 + large],
  ])
  const apart = merge([10, 10], [[0, 1]], 70_000)
  for (const index of [0, 1]) await apart.read(index)
  expect(apart.reads.length).toBe(2)
})

test('one read takes at most 8 MiB', async () => {
  const size = 2 * 2 ** 20
  const { read, reads } = merge([size, size, size, size, size], [[0, 1, 2, 3, 4]])
  for (const index of [0, 1, 2, 3, 4]) await read(index)
  expect(reads.map(([from, to]) => to - from)).toEqual([4 * size, size])
})
